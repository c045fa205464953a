// The bank's answer stands behind the # of this page's address, which a browser never sends to a server. This script
// takes it out of the address, so that it stays in neither history nor bookmarks, and posts it to the shop.
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
const fragment = location.hash.slice(1);
if (fragment === '') {
  status.textContent = 'This address holds no answer from a bank.';
} else {
  status.textContent = 'Passing your bank’s answer on to the shop …';
  history.replaceState(null, '', location.pathname);
  form.elements.fragment.value = fragment;
  form.submit();
}

import type { Texts } from './texts.ts';

/** One text for every factor: nothing tells which of them was wrong (RTS article 4(3)(a)). */
const NOT_VERIFIED =
  'Emme voineet tunnistaa sinua annetuilla tiedoilla. Mitään ei hyväksytty. Tarkista tiedot ja yritä uudelleen.';

export const fi: Texts = {
  languageName: 'Suomi',
  languages: 'Kieli',
  skip: 'Siirry sisältöön',
  home: 'Lupa-pankki',
  steps: { label: 'Vaiheet', login: 'Kirjaudu', review: 'Tarkista', factor: 'Vahvista' },
  errorPrefix: 'Virhe',
  noticeHeading: 'Huomaa',
  problemHeading: 'Tarkista tämä',
  sandbox: 'Testiympäristö',
  footer: 'Tämä on testiympäristö: oikeaa rahaa ei liiku.',
  requestId: 'Pyynnön tunnus',
  cancel: 'Keskeytä',
  cancelHint: (tpp) => `Mitään ei hyväksytä eikä hylätä. Palaat palveluun ${tpp}.`,
  login: {
    heading: 'Kirjaudu pankkiin',
    asks: (tpp) => `${tpp} pyytää sinulta lupaa maksaa tililtäsi.`,
    next: 'Kirjauduttuasi näet jokaisen maksun ja päätät, mitkä niistä hyväksyt. Mitään ei veloiteta ennen kuin vahvistat.',
    username: 'Käyttäjätunnus',
    password: 'Salasana',
    submit: 'Kirjaudu',
    address: (host) => `Varmista ennen salasanan kirjoittamista, että selaimen osoiterivillä lukee ${host}.`,
    blocking: 'Viiden peräkkäisen epäonnistuneen yrityksen jälkeen kirjautuminen estetään joksikin aikaa.',
    usernameColumn: 'Tunnus',
    testUsers: 'Testikäyttäjät',
    testUsersHint: 'Kirjaudu kenenä tahansa näistä. He ovat olemassa vain tässä testiympäristössä.',
    name: 'Nimi',
  },
  review: {
    heading: (count) => (count === 1 ? 'Tarkista maksu' : 'Tarkista maksut'),
    asks: (tpp, count) =>
      count === 1
        ? `${tpp} pyytää sinua hyväksymään tämän maksun.`
        : `${tpp} pyytää sinua hyväksymään nämä ${count} maksua.`,
    untick: (count) =>
      count === 1
        ? 'Jos poistat valinnan, maksu hylätään.'
        : 'Poista valinta maksuista, joita et hyväksy: ne hylätään. Jos poistat kaikki valinnat, kaikki maksut hylätään.',
    payments: (count) => (count === 1 ? 'Maksu' : 'Maksut'),
    payee: 'Saaja',
    iban: 'Saajan tili',
    message: 'Viesti',
    reference: 'Viite',
    amount: 'Summa',
    times: (count, each) => `Toistuva: enintään ${count} kertaa, ${each} kerrallaan`,
    foreign: {
      issuer: 'Tilin myöntäjä',
      bank: 'Saajan pankki',
      address: 'Saajan osoite',
      charges: 'Kulut',
      chargesOf: {
        SHA: 'Jaettu (SHA): saaja maksaa muiden pankkien kulut',
        OUR: 'Sinä (OUR): maksat kaikki kulut',
      },
      order: 'Nopeus',
      orderOf: { NORM: 'Tavallinen', HIGH: 'Pikamaksu' },
      debited: 'Veloitetaan euroina',
      rate: 'Valuuttakurssi',
      rateReference: 'Kurssin viite',
    },
    total: 'Yhteensä',
    totalAtMost: 'Yhteensä enintään',
    totalHint:
      'Tämä on kaikkien maksujen summa. Seuraavalla sivulla näet valitsemiesi maksujen summan ennen kuin vahvistat.',
    account: 'Veloitettava tili',
    accountHint: (count) => (count === 1 ? 'Voit vaihtaa tiliä.' : 'Kaikki maksut veloitetaan valitsemaltasi tililtä.'),
    available: (amount) => `käytettävissä ${amount}`,
    notYours: (iban) => `Maksua pyydettiin tililtä ${iban}, joka ei ole sinun. Valitse jokin omista tileistäsi.`,
    factor: 'Vahvistustapa',
    keycode: 'Avainluku',
    keycodeHint: 'Koodi avainlukulistaltasi',
    mobilekey: 'Mobiiliavain',
    mobilekeyHint: 'Hyväksy puhelimellasi',
    submit: 'Jatka vahvistamaan',
    reject: (count) => (count === 1 ? 'Hylkää maksu' : 'Hylkää kaikki maksut'),
    rejectHint: 'Hylkäystä ei voi perua.',
    noAccounts: 'Sinulla ei ole tiliä, jolta maksaa. Palaa painamalla Keskeytä.',
  },
  factor: {
    heading: 'Vahvista',
    approving: 'Olet hyväksymässä',
    from: 'Tililtä',
    to: 'Saajalle',
    requestedBy: 'Pyytäjä',
    bound: 'Vahvistuksesi koskee täsmälleen tätä eikä mitään muuta.',
    leftOut: (count) => (count === 1 ? 'Tämä maksu hylätään' : 'Nämä maksut hylätään'),
    short: (amount) =>
      `Tilillä on nyt käytettävissä vain ${amount}. Voit vahvistaa, mutta maksu toteutuu vasta, kun tilillä on riittävästi rahaa.`,
    change: 'Muuta maksuja tai tiliä',
    keycodeHeading: 'Vahvista avainluvulla',
    keycodeAsk: (number, series) =>
      `Etsi avainlukulistaltasi ${series} numero ${number} ja kirjoita sen vieressä oleva koodi.`,
    keyNumber: 'Numero',
    code: 'Avainluku',
    codeHint: 'Kuusi numeroa',
    mobilekeyHeading: 'Vahvista mobiiliavaimella',
    mobilekeyAsk:
      'Lähetimme pyynnön puhelimeesi. Tarkista, että siinä on sama summa ja saaja kuin tällä sivulla, hyväksy se puhelimessa ja jatka sitten tästä.',
    mobilekeyApproved: 'Olet hyväksynyt pyynnön puhelimessasi. Viimeistele jatkamalla.',
    submitKeycode: 'Hyväksy',
    submitMobilekey: 'Hyväksyin puhelimella',
    useMobilekey: 'Käytä mobiiliavainta',
    useKeycode: 'Käytä avainlukua',
    keyCard: 'Avaa avainlukulista',
    phone: 'Avaa puhelin',
    newTab: 'avautuu uuteen välilehteen',
  },
  notices: {
    'username-missing': 'Kirjoita käyttäjätunnus.',
    'password-missing': 'Kirjoita salasana.',
    'code-missing': 'Kirjoita avainluku.',
    'wrong-credentials': NOT_VERIFIED,
    'wrong-code': NOT_VERIFIED,
    'phone-waiting': 'Et ole vielä hyväksynyt pyyntöä puhelimessasi. Hyväksy se ensin ja jatka sitten tästä.',
    'account-unknown': 'Valitse jokin omista tileistäsi.',
    'payments-changed': 'Maksut muuttuivat vahvistuksen aikana. Mitään ei hyväksytty. Tarkista maksut uudelleen.',
    'made-for-another': 'Tämä maksu on tehty toiselle asiakkaalle. Vain hän voi vahvistaa sen.',
    'too-often':
      'Tällä käyttäjätunnuksella on juuri nyt yritetty kirjautua liian monta kertaa. Mitään ei hyväksytty. Odota minuutti ja yritä uudelleen.',
    'in-other-hands': 'Joku toinen on jo kirjautunut käsittelemään näitä maksuja. Mitään ei muutettu.',
    'log-in-again':
      'Näitä maksuja käsitellään kirjautumisella, jota tällä selaimella ei ole. Jatka kirjautumalla uudelleen.',
    stale: 'Sivu oli vanhentunut, joten mitään ei tehty. Tilanne on nyt tämä.',
  },
  ends: {
    approved: { heading: 'Hyväksytty', text: 'Hyväksyntäsi on tallennettu.' },
    rejected: { heading: 'Hylätty', text: 'Maksut hylättiin. Mitään ei veloiteta.' },
    cancelled: { heading: 'Keskeytetty', text: 'Keskeytit. Mitään ei hyväksytty eikä mitään veloiteta.' },
    'timed-out': {
      heading: 'Sinut kirjattiin ulos',
      text: 'Viiteen minuuttiin ei tapahtunut mitään, joten päätimme istunnon turvallisuutesi vuoksi. Mitään ei hyväksytty. Voit aloittaa maksamisen alusta.',
    },
    blocked: {
      heading: 'Liian monta epäonnistunutta yritystä',
      text: 'Epäonnistuneita yrityksiä oli liikaa, joten kirjautuminen ja vahvistaminen on estetty joksikin aikaa. Mitään ei hyväksytty. Yritä myöhemmin uudelleen.',
    },
    unavailable: {
      heading: 'Maksua ei voi hyväksyä tässä',
      text: 'Maksu on peruttu tai siitä on jo päätetty. Mitään ei muutettu.',
    },
  },
  elsewhere:
    'Maksua ollaan jo hyväksymässä toisessa ikkunassa tai toisella laitteella. Jatka siellä tai yritä uudelleen viiden minuutin kuluttua. Mitään ei muutettu.',
  returning: (tpp) => `Sinut ohjataan takaisin palveluun ${tpp}.`,
  returningSoon: (tpp, seconds) => `Sinut ohjataan ${seconds} sekunnin kuluttua takaisin palveluun ${tpp}.`,
  goBack: (tpp) => `Palaa palveluun ${tpp}`,
  stay: 'Pysy tällä sivulla',
  problems: {
    'link-dead': {
      heading: 'Tämä linkki ei toimi tässä',
      text: 'Linkki on liian vanha, se on jo käytetty tai se avattiin eri selaimessa kuin missä aloitit. Nyt ei tehty mitään.',
      next: 'Palaa kauppaan tai palveluun, josta tulit, ja aloita maksaminen alusta.',
    },
    'already-over': {
      heading: 'Tämä on jo valmis',
      text: 'Olet jo käynyt täällä ja kaikki on tehty. Mitään ei tehdä kahdesti.',
      next: 'Palaa kauppaan tai palveluun, josta tulit, niin näet, miten maksu meni.',
    },
    'foreign-form': {
      heading: 'Emme hyväksyneet lomaketta',
      text: 'Lomake tuli toiselta sivustolta, joten mitään ei tehty.',
      next: 'Palaa kauppaan tai palveluun, josta tulit, ja aloita maksaminen alusta.',
    },
    'request-refused': {
      heading: 'Emme voineet varmistaa, mistä tulit',
      text: 'Sinut tänne lähettänyttä palvelua ei voitu tunnistaa, joten pankki keskeytti. Mitään ei hyväksytty.',
      next: 'Palaa kauppaan tai palveluun, josta tulit. Jos tämä toistuu, kerro sinne alla oleva pyynnön tunnus.',
    },
    busy: {
      heading: 'Pankki on juuri nyt ruuhkautunut',
      text: 'Kävijöitä tuli kerralla niin paljon, ettei sivua ehditty tehdä. Mitään ei hyväksytty eikä mitään kadonnut.',
      next: 'Odota muutama sekunti ja lataa sivu uudelleen.',
    },
    away: {
      heading: 'Pankki ei juuri nyt saa yhteyttä tietoihinsa',
      text: 'Tämä sivu ei tiedä, ehtikö viimeisin toimesi tallentua. Mitään ei tapahdu kahdesti.',
      next: 'Odota muutama sekunti ja avaa sivu uudelleen: se näyttää, mikä tilanne on.',
    },
    'no-such-page': {
      heading: 'Sivua ei ole',
      text: 'Pankilla ei ole sivua tässä osoitteessa. Mitään ei tehty.',
      next: 'Tarkista osoite tai palaa kauppaan tai palveluun, josta tulit.',
    },
    unexpected: {
      heading: 'Pankissa meni jokin vikaan',
      text: 'Vika on meidän. Lataa sivu uudelleen, niin näet tilanteen: mitään ei koskaan tehdä kahdesti.',
      next: 'Jos tämä toistuu, palaa kauppaan tai palveluun, josta tulit, ja yritä myöhemmin.',
    },
  },
};

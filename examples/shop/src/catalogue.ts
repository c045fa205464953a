import { type Cents, parseAmountEUR } from '@lupa/tpp';

/** Who gets the money for a product: the shop itself, or the maker whose goods it carries. */
export type Seller = 'shop' | 'maker';

export interface Product {
  /** Also the name of its picture, `public/goods/{id}.svg`. */
  readonly id: string;
  readonly finnishName: string;
  readonly englishName: string;
  readonly description: string;
  /** What the picture shows, for those who do not see it. */
  readonly picture: string;
  readonly price: Cents;
  readonly seller: Seller;
}

const ALL_GOODS: readonly Product[] = [
  {
    id: 'ruisnakkari',
    finnishName: 'Ruisnäkkäri',
    englishName: 'Rye crispbread',
    description: 'Sourdough, thin and round, with a hole for the pole under the ceiling.',
    picture: 'Two round crispbreads with a hole in the middle',
    price: price('4.00'),
    seller: 'shop',
  },
  {
    id: 'tervasaippua',
    finnishName: 'Tervasaippua',
    englishName: 'Pine tar soap',
    description: 'Dark and smoky, boiled in Kainuu. Smells like a boathouse.',
    picture: 'Two dark bars of soap, one in a paper band',
    price: price('12.50'),
    seller: 'shop',
  },
  {
    id: 'villasukat',
    finnishName: 'Villasukat',
    englishName: 'Wool socks',
    description: 'Knitted from one sheep’s winter. Heel and toe are reinforced.',
    picture: 'A pair of striped wool socks on a line',
    price: price('29.90'),
    seller: 'shop',
  },
  {
    id: 'pellavapyyhe',
    finnishName: 'Pellavapyyhe',
    englishName: 'Linen sauna towel',
    description: 'Washed soft before it leaves the mill, and softer each year.',
    picture: 'A pale linen towel with a green border on a rail',
    price: price('34.50'),
    seller: 'shop',
  },
  {
    id: 'loylykauha',
    finnishName: 'Löylykauha',
    englishName: 'Sauna ladle',
    description: 'Copper bowl, alder handle long enough for the upper bench.',
    picture: 'A copper ladle with a long wooden handle, steaming',
    price: price('39.00'),
    seller: 'maker',
  },
  {
    id: 'kuksa',
    finnishName: 'Kuksa',
    englishName: 'Carved cup',
    description: 'Cut from one birch burl. Its first drink should be coffee.',
    picture: 'A carved wooden cup of coffee',
    price: price('58.00'),
    seller: 'maker',
  },
  {
    id: 'koivukulho',
    finnishName: 'Koivukulho',
    englishName: 'Birch bowl',
    description: 'Turned from one piece of curly birch and oiled. For bilberries.',
    picture: 'A birch bowl full of bilberries',
    price: price('149.00'),
    seller: 'shop',
  },
  {
    id: 'ryijy',
    finnishName: 'Ryijy',
    englishName: 'Woven wall rug',
    description: 'Half a winter at the loom, in sixty shades of wool.',
    picture: 'A red woven wall rug with a yellow diamond',
    price: price('1250.00'),
    seller: 'shop',
  },
];

export type Catalogue = ReadonlyMap<string, Product>;

/** The goods on offer. Those of the maker are there only when the shop knows the maker's account. */
export function catalogue(sellers: readonly Seller[]): Catalogue {
  return new Map(ALL_GOODS.filter(({ seller }) => sellers.includes(seller)).map((product) => [product.id, product]));
}

function price(text: string): Cents {
  const cents = parseAmountEUR(text);
  if (cents === undefined) throw new Error(`${text} is not a price`);
  return cents;
}

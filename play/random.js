// Random numbers that any language can repeat: a hash of a seed and a counter, no hidden state.

const mix = (x) => {
  // The finaliser of MurmurHash3 (Appleby, 2011), on 32 bits.
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
};

/** 32 random bits for a seed and a counter, both whole numbers below 2 ** 32. */
export const word = (seed, counter) =>
  mix(mix(seed >>> 0) ^ mix((counter + 0x9e3779b9) >>> 0));

/** `count` numbers of a standard normal distribution, by Box and Muller (1958). */
export function normals(seed, count) {
  const drawn = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const radius = Math.sqrt(-2 * Math.log((word(seed, 2 * i) + 1) / 2 ** 32));
    drawn[i] = radius * Math.cos((2 * Math.PI * word(seed, 2 * i + 1)) / 2 ** 32);
  }
  return drawn;
}

/** A generator's noise: from one seed on the way to another one, scaled by the temperature. */
export function latent({ seed, other = seed, morph = 0, temperature = 1 }, size) {
  const from = normals(seed, size);
  const to = normals(other, size);
  // The sum of two draws varies less than each; this keeps the way as wide as its ends.
  const width = seed === other ? 1 : Math.hypot(1 - morph, morph);
  return Float32Array.from(from, (value, i) =>
    (temperature * ((1 - morph) * value + morph * to[i])) / width);
}

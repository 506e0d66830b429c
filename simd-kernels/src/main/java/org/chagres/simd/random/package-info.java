/**
 * Random numbers that are a function of (seed, offset, element): Philox4x32-10 and what is made of its words: uniform and
 * normal numbers, integers, dropout. No generator has state here; who owns a stream advances its offset by {@link
 * org.chagres.simd.random.Philox#counters}. Start with {@link org.chagres.simd.random.Philox}, then {@link
 * org.chagres.simd.random.RandomFill}.
 */
package org.chagres.simd.random;

/**
 * Native memory: huge-page slabs from the system, a pool over them, page-aligned host slots and mapped files.
 *
 * <p>Here lives all that maps, hands out and takes back memory, and the only use of the linker in this
 * module. Nothing here knows of tensors, shapes or threads of work. Start with {@link
 * org.chagres.simd.memory.MemoryPool}, then {@link org.chagres.simd.memory.Block}; kernels need {@link
 * org.chagres.simd.memory.Native} alone.
 *
 * <p>The pool does best fit with coalescing ({@code RangeHeap}) rather than rigid size classes. Sizes in a
 * training loop are few, large and repeat: classes four to a doubling would waste a tenth on average, and
 * memory freed in one class cannot serve another when forward turns to backward. Best fit cuts exactly (to 64
 * bytes), and since ties go to the lowest address and neighbours merge at once, what is free depends on what
 * is mapped and live and on nothing else. So once a step has run without growing the pool, every later one
 * that starts from the same live set gets the same addresses: no growth, warm caches, and a step recorded
 * with its addresses can be replayed. The price, a search in a tree of some hundreds of ranges, is well below
 * a microsecond.
 *
 * <p>Memory is never unmapped. {@code trim} and the limit hand physical pages back and keep the addresses.
 */
package org.chagres.simd.memory;

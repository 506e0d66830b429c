/**
 * Trained state on disk: the safetensors format, read by mapping the file and written so that a crash at any moment
 * leaves either the old file or the new one.
 *
 * <p>What lives here: the format and the replacing of files. What may not: tensors, modules, optimizers (they hand
 * over {@link java.lang.foreign.MemorySegment}s, names and shapes). Read {@link org.chagres.nn.state.SafetensorsFile}
 * first, then {@code HeaderReader}, where a lying file is found out.
 */
package org.chagres.nn.state;

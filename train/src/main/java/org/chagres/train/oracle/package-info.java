/**
 * Replays recorded answers of PyTorch: a folder of safetensors files, each one case with inputs, attributes and results. What the
 * cases hold is told in {@link org.chagres.train.oracle.Case}; read {@link org.chagres.train.oracle.Oracle} first. Nothing here
 * is known to other packages but the command line.
 */
package org.chagres.train.oracle;

/**
 * Layers and what holds them together, with PyTorch's names, shapes, defaults and state-dict keys. A layer keeps parameters and
 * options and calls a function; derivatives live in {@code nn.functional}. Read {@link org.chagres.nn.modules.Module}, then {@link
 * org.chagres.nn.modules.Layer} and {@link org.chagres.nn.modules.Conv2d}; {@code Chains} has what {@link
 * org.chagres.nn.modules.Sequential} runs together.
 */
package org.chagres.nn.modules;

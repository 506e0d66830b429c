package org.chagres.gpu.kernel;

/** The options of SGD that stay the same, with PyTorch's names. */
public record Sgd(double momentum, double dampening, double weightDecay, boolean nesterov, boolean maximize) {}

package org.chagres.gpu.dnn;

import java.lang.foreign.MemorySegment;
import org.chagres.bindings.cudnn.Cudnn;

/** What plans are made for: the device of a handle, or one that is only described. */
sealed interface Target {

  /** A handle's device. */
  record Handle(MemorySegment handle) implements Target {}

  /** A device by its properties, finalized: plans can be made, but not run. */
  record Described(Descriptor properties) implements Target {}

  /** From what cuDNN writes as JSON about a device. */
  static Described described(Bag bag, String json) {
    return new Described(bag.make(Cudnn.CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR(), "device's properties")
        .setText(Cudnn.CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION(), json).finish());
  }

  /** Tells a descriptor, which has one attribute for each way. */
  default void tell(Descriptor to, int handleAttribute, int propertiesAttribute) {
    switch (this) {
      case Handle h -> to.setHandle(handleAttribute, h.handle);
      case Described d -> to.set(propertiesAttribute, d.properties);
    }
  }
}

package org.chagres.tools.tower;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.FieldRefEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one class file says about its class's acquaintances.
 *
 * @param module the folder of the module it is compiled in
 * @param name its binary name, with dots
 * @param classes binary names of all classes it mentions, in code, in signatures or as annotations
 * @param fields fields of other classes that it reads or writes, as {@code class.field}
 */
record ClassFacts(String module, String name, Set<String> classes, Set<String> fields) {

  private static final Pattern CLASS_IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+)");

  /** Its package. */
  String packageName() {
    return packageOf(name);
  }

  /** The class around it, or itself where it is top-level. */
  String topLevel() {
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  /** The package of a class. */
  static String packageOf(String className) {
    int dot = className.lastIndexOf('.');
    return dot < 0 ? "" : className.substring(0, dot);
  }

  /** Reads a class file. */
  static ClassFacts read(String module, byte[] classFile) {
    ClassModel model = ClassFile.of().parse(classFile);
    Set<String> classes = new TreeSet<>();
    Set<String> fields = new TreeSet<>();
    for (PoolEntry entry : model.constantPool()) {
      switch (entry) {
        case ClassEntry c -> mention(c.asInternalName(), classes);
        case NameAndTypeEntry n -> mention(n.type().stringValue(), classes);
        case MethodTypeEntry m -> mention(m.descriptor().stringValue(), classes);
        case FieldRefEntry f -> fields.add(dotted(f.owner().asInternalName()) + "." + f.name().stringValue());
        default -> {}
      }
    }
    model.fields().forEach(f -> {
      mention(f.fieldType().stringValue(), classes);
      f.findAttribute(Attributes.signature()).ifPresent(s -> mention(s.signature().stringValue(), classes));
    });
    model.methods().forEach(m -> {
      mention(m.methodType().stringValue(), classes);
      m.findAttribute(Attributes.signature()).ifPresent(s -> mention(s.signature().stringValue(), classes));
    });
    model.findAttribute(Attributes.signature()).ifPresent(s -> mention(s.signature().stringValue(), classes));
    model.findAttribute(Attributes.runtimeVisibleAnnotations()).ifPresent(
        annotations -> annotations.annotations().forEach(a -> mention(a.className().stringValue(), classes)));
    String name = dotted(model.thisClass().asInternalName());
    classes.remove(name);
    return new ClassFacts(module, name, classes, fields);
  }

  /** Adds the classes of an internal name, a descriptor or a signature. */
  private static void mention(String text, Set<String> classes) {
    if (text.indexOf(';') < 0 && text.indexOf('(') < 0 && text.indexOf('[') < 0) {
      if (text.indexOf('/') >= 0) {
        classes.add(dotted(text));
      }
      return;
    }
    Matcher matcher = CLASS_IN_DESCRIPTOR.matcher(text);
    while (matcher.find()) {
      if (matcher.group(1).indexOf('/') >= 0) {
        classes.add(dotted(matcher.group(1)));
      }
    }
  }

  private static String dotted(String internalName) {
    return internalName.replace('/', '.');
  }
}

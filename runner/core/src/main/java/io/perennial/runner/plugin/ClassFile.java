package io.perennial.runner.plugin;

import io.perennial.api.Plugin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.RecordComponentVisitor;
import org.objectweb.asm.Type;

/**
 * What a class file declares and what it needs, read without loading it. Annotations do not count
 * as needs: the JVM ignores those whose class is missing. Names are internal ones, with slashes.
 */
final class ClassFile {
  private static final String INFO = Type.getDescriptor(Plugin.Info.class);

  private final ClassReader reader;
  private final Set<String> members = new HashSet<>();
  private final Set<String> needs = new LinkedHashSet<>();
  private final Set<Member> neededMembers = new LinkedHashSet<>();
  private @Nullable String apiVersion;

  /** A field or method of another class; a field's descriptor has no parentheses. */
  record Member(String owner, String name, String descriptor) {
    @Override
    public String toString() {
      String signature = owner.replace('/', '.') + "." + name;
      if (!descriptor.startsWith("(")) {
        return signature;
      }
      List<String> arguments = new ArrayList<>();
      for (Type argument : Type.getArgumentTypes(descriptor)) {
        arguments.add(argument.getClassName());
      }
      return signature + "(" + String.join(", ", arguments) + ")";
    }
  }

  /**
   * Reads a class.
   *
   * @param withNeeds whether to look into its code, too
   * @throws RuntimeException of any kind if it is damaged
   */
  ClassFile(byte[] code, boolean withNeeds) {
    reader = new ClassReader(code);
    int flags = ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES;
    reader.accept(new Reading(withNeeds), withNeeds ? flags : flags | ClassReader.SKIP_CODE);
  }

  /** The major version of a class file; 61 is Java 17. */
  static int version(byte[] code) {
    return code.length < 8 ? 0 : (code[6] & 0xff) << 8 | (code[7] & 0xff);
  }

  String name() {
    return reader.getClassName();
  }

  /** Its superclass, if it has one, and its interfaces. */
  List<String> parents() {
    List<String> parents = new ArrayList<>(List.of(reader.getInterfaces()));
    if (reader.getSuperName() != null) {
      parents.add(0, reader.getSuperName());
    }
    return parents;
  }

  boolean declares(Member member) {
    return members.contains(member.name() + member.descriptor());
  }

  /** All classes it names, in the order they are met; without arrays and primitive types. */
  Set<String> needs() {
    return Collections.unmodifiableSet(needs);
  }

  /** All fields and methods that its code uses. */
  Set<Member> neededMembers() {
    return Collections.unmodifiableSet(neededMembers);
  }

  /** What {@link Plugin.Info} says on it. */
  Optional<String> apiVersion() {
    return Optional.ofNullable(apiVersion);
  }

  private void need(@Nullable String internalName) {
    if (internalName != null) {
      need(Type.getObjectType(internalName));
    }
  }

  private void need(Type type) {
    if (type.getSort() == Type.ARRAY) {
      need(type.getElementType());
    } else if (type.getSort() == Type.OBJECT) {
      needs.add(type.getInternalName());
    } else if (type.getSort() == Type.METHOD) {
      need(type.getReturnType());
      for (Type argument : type.getArgumentTypes()) {
        need(argument);
      }
    }
  }

  private void needMember(String owner, String name, String descriptor) {
    need(owner);
    need(Type.getType(descriptor));
    // An array's methods are Object's.
    if (!owner.startsWith("[")) {
      neededMembers.add(new Member(owner, name, descriptor));
    }
  }

  private void needConstant(@Nullable Object constant) {
    if (constant instanceof Type type) {
      need(type);
    } else if (constant instanceof Handle handle) {
      needMember(handle.getOwner(), handle.getName(), handle.getDesc());
    } else if (constant instanceof ConstantDynamic dynamic) {
      need(Type.getType(dynamic.getDescriptor()));
      needConstant(dynamic.getBootstrapMethod());
      for (int i = 0; i < dynamic.getBootstrapMethodArgumentCount(); i++) {
        needConstant(dynamic.getBootstrapMethodArgument(i));
      }
    }
  }

  /** Collects, from the class's head to its code. */
  private final class Reading extends ClassVisitor {
    private final boolean withNeeds;

    Reading(boolean withNeeds) {
      super(Opcodes.ASM9);
      this.withNeeds = withNeeds;
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        @Nullable String signature,
        @Nullable String superName,
        String @Nullable [] interfaces) {
      parents().forEach(ClassFile.this::need);
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
      if (!descriptor.equals(INFO)) {
        return null;
      }
      return new AnnotationVisitor(Opcodes.ASM9) {
        @Override
        public void visit(@Nullable String name, Object value) {
          if ("apiVersion".equals(name)) {
            apiVersion = String.valueOf(value);
          }
        }
      };
    }

    @Override
    public void visitPermittedSubclass(String permittedSubclass) {
      need(permittedSubclass);
    }

    @Override
    public @Nullable RecordComponentVisitor visitRecordComponent(
        String name, String descriptor, @Nullable String signature) {
      need(Type.getType(descriptor));
      return null;
    }

    @Override
    public @Nullable FieldVisitor visitField(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        @Nullable Object value) {
      members.add(name + descriptor);
      need(Type.getType(descriptor));
      return null;
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      members.add(name + descriptor);
      need(Type.getType(descriptor));
      if (exceptions != null) {
        for (String exception : exceptions) {
          need(exception);
        }
      }
      return withNeeds ? new Code() : null;
    }
  }

  /** Collects from a method's code. */
  private final class Code extends MethodVisitor {
    Code() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      need(type);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      needMember(owner, name, descriptor);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      needMember(owner, name, descriptor);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      need(Type.getType(descriptor));
      needConstant(bootstrap);
      for (Object argument : arguments) {
        needConstant(argument);
      }
    }

    @Override
    public void visitLdcInsn(Object value) {
      needConstant(value);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      need(Type.getType(descriptor));
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String type) {
      need(type);
    }
  }
}

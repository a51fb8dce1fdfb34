namespace ModelPack.Tensors;

/// <summary>What .NET calls the elements of a type, where it has one with the same bits.</summary>
internal static class ElementType
{
    /// <summary>Whether the elements of a type are these.</summary>
    public static bool Is<T>(TensorType type)
        where T : unmanaged => NameOf(type) is { } name && name == NameOf<T>();

    /// <summary>As C# writes it; null for block types, BF16, complex and small floats.</summary>
    public static string? NameOf(TensorType type) => type switch
    {
        TensorType.F32 => "float",
        TensorType.F64 => "double",
        TensorType.F16 => "Half",
        TensorType.I8 => "sbyte",
        TensorType.I16 => "short",
        TensorType.I32 => "int",
        TensorType.I64 => "long",
        TensorType.U8 => "byte",
        TensorType.U16 => "ushort",
        TensorType.U32 => "uint",
        TensorType.U64 => "ulong",
        TensorType.Bool => "bool",
        _ => null,
    };

    /// <summary>As C# writes it.</summary>
    public static string NameOf<T>()
        where T : unmanaged => default(T) switch
        {
            float => "float",
            double => "double",
            Half => "Half",
            sbyte => "sbyte",
            short => "short",
            int => "int",
            long => "long",
            byte => "byte",
            ushort => "ushort",
            uint => "uint",
            ulong => "ulong",
            bool => "bool",
            _ => typeof(T).Name,
        };
}

using System.Runtime.InteropServices;

namespace ModelPack.Interop.Tests.Native;

/// <summary>A tensor type as ggml's own table describes it.</summary>
/// <param name="Id">The id that stands in GGUF files.</param>
/// <param name="Name">ggml's name.</param>
/// <param name="BlockElements">Elements in a block.</param>
/// <param name="BlockBytes">Bytes in a block.</param>
/// <param name="CanDecode">True if ggml has a function that turns blocks into floats.</param>
internal sealed record GgmlType(int Id, string Name, int BlockElements, int BlockBytes, bool CanDecode);

/// <summary>
/// ggml's type table, decoders and row check, called in the real library. All functions are single-threaded and may be called from several
/// threads at once. The layouts are those of ggml 0.25 (llama.cpp 0.5.0), the version that the npm lock file pins.
/// </summary>
internal sealed class GgmlLibrary
{
    /// <summary>ggml 0.25 knows the ids below this one; its table must not be read behind it.</summary>
    private const int TypeCount = 43;

    private const int Q8KId = 15;

    private readonly RowDecoder?[] decoders = new RowDecoder?[TypeCount];
    private readonly RowCheck validateRow;

    private GgmlLibrary(NativeExports exports)
    {
        TraitsLookup lookup = exports.Get<TraitsLookup>("ggml_get_type_traits");
        validateRow = exports.Get<RowCheck>("ggml_validate_row_data");
        List<GgmlType> types = [];
        for (int id = 0; id < TypeCount; id++)
        {
            Traits traits = Marshal.PtrToStructure<Traits>(lookup(id));
            if (traits.BlockElements == 0)
            {
                continue; // removed from ggml
            }

            decoders[id] = traits.ToFloat != 0 ? Marshal.GetDelegateForFunctionPointer<RowDecoder>(traits.ToFloat)
                : id == Q8KId ? exports.Get<RowDecoder>("dequantize_row_q8_K")
                : null;
            string name = Marshal.PtrToStringUTF8(traits.Name)!;
            types.Add(new(id, name, checked((int)traits.BlockElements), checked((int)traits.BlockBytes), decoders[id] is not null));
        }

        Types = types;
        Version = Marshal.PtrToStringUTF8(exports.Get<TextGetter>("ggml_version")())!;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint TraitsLookup(int type);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void RowDecoder(ref byte blocks, ref float destination, long elements);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    [return: MarshalAs(UnmanagedType.U1)]
    private delegate bool RowCheck(int type, ref byte data, nuint bytes);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint TextGetter();

    /// <summary>The types that ggml has, without the removed ones.</summary>
    public IReadOnlyList<GgmlType> Types { get; }

    /// <summary>ggml's version.</summary>
    public string Version { get; }

    /// <summary>Loads <c>libggml-base.so</c>.</summary>
    /// <param name="folder">The folder of the libraries, see <see cref="ReferencePrograms.LlamaFolder"/>.</param>
    public static GgmlLibrary Load(string folder) => new(NativeExports.Load(Path.Combine(folder, "libggml-base.so")));

    /// <summary>
    /// Decodes whole blocks with the <c>to_float</c> of ggml's table, or, for Q8_K, which has none, with <c>dequantize_row_q8_K</c>.
    /// </summary>
    /// <exception cref="ArgumentException">ggml cannot decode the type, or the lengths do not belong together.</exception>
    public void Decode(int typeId, ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        GgmlType type = Find(typeId);
        RowDecoder decode = decoders[typeId] ?? throw new ArgumentException($"ggml cannot decode {type.Name}", nameof(typeId));
        if (blocks.Length % type.BlockBytes != 0 || (long)blocks.Length / type.BlockBytes * type.BlockElements != destination.Length)
        {
            throw new ArgumentException(
                $"{blocks.Length} bytes of {type.Name} do not hold {destination.Length} elements", nameof(destination));
        }

        decode(ref MemoryMarshal.GetReference(blocks), ref MemoryMarshal.GetReference(destination), destination.Length);
    }

    /// <summary>The verdict of <c>ggml_validate_row_data</c>, which also prints what it refuses on standard error.</summary>
    /// <exception cref="ArgumentException">ggml does not have the type: the function itself would end the process.</exception>
    public bool ValidateRow(int typeId, ReadOnlySpan<byte> row)
    {
        Find(typeId);
        return validateRow(typeId, ref MemoryMarshal.GetReference(row), (nuint)row.Length);
    }

    private GgmlType Find(int typeId) =>
        Types.FirstOrDefault(type => type.Id == typeId) ?? throw new ArgumentException($"ggml has no type {typeId}", nameof(typeId));

    /// <summary>struct ggml_type_traits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Traits
    {
        public nint Name;
        public long BlockElements;
        public long BlockElementsInterleaved;
        public nuint BlockBytes;
        public byte IsQuantized;
        public nint ToFloat;
        public nint FromFloat;
    }
}

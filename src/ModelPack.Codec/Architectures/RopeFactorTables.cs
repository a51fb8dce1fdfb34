using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack.Architectures;

/// <summary>
/// Tables of RoPE factors that a folder has no tensors for, and that its config.json may state (hf-companions.md §1.4, §3.2 T17). It does
/// so if it gives the very bits when it is converted again: the numbers in it may be guesses, and some tables come from another math
/// library.
/// </summary>
/// <param name="folder">The companions of the output.</param>
/// <param name="tensors">Its tensors.</param>
internal sealed class RopeFactorTables(DerivedFolder folder, IEnumerable<TensorInfo> tensors)
{
    private const string Stem = "rope_f";

    private ImmutableArray<ExtraTensor> tables;
    private string? problem;

    /// <summary>Whether a tensor of a GGUF is such a table.</summary>
    public static bool IsTable(string name) => name.StartsWith(Stem, StringComparison.Ordinal);

    /// <summary>Looks for a table.</summary>
    /// <param name="tensor">Its name, type and shape.</param>
    /// <param name="read">Reads its bytes, little-endian.</param>
    /// <returns>The bytes that config.json gives, if they are the same; else why they are not.</returns>
    public (ReadOnlyMemory<byte>? Bytes, string? Why) Find(TensorInfo tensor, Func<byte[]> read)
    {
        Derive();
        if (problem is not null)
        {
            return (null, problem);
        }

        if (tensor.Type != TensorType.F32
            || tables.FirstOrDefault(
                table => table.Name == tensor.Name && table.Shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan())) is not { } stated)
        {
            return (null, "converting config.json again gives no such table");
        }

        byte[] own = read();
        int same = own.AsSpan().CommonPrefixLength(stated.F32LittleEndian.Span);
        return same == own.Length
            ? (stated.F32LittleEndian, null)
            : (null, Difference(own, stated.F32LittleEndian.Span, same / sizeof(float)));
    }

    private static string Difference(ReadOnlySpan<byte> own, ReadOnlySpan<byte> stated, int item)
    {
        float Value(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadSingleLittleEndian(bytes[(item * sizeof(float))..]);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"converting config.json again gives {Value(stated):R} at {item}, where the table holds {Value(own):R}");
    }

    private void Derive()
    {
        if (!tables.IsDefault)
        {
            return;
        }

        tables = [];
        if (!folder.Files.Any(file => file.Name == CompanionNames.Config))
        {
            problem = folder.ConfigRefusal?.Text ?? folder.Notes.FirstOrDefault() ?? $"there is no {CompanionNames.Config}";
            return;
        }

        try
        {
            DerivedGguf derived = MadeNotes.Aside(() => ConfigToGguf.Derive(new("<output>", folder.Files, [.. tensors])));
            tables = derived.Extra;
            problem = derived.Architecture is null ? derived.Notes[0] : null;
        }
        catch (ModelPackException exception)
        {
            problem = exception.Detail;
        }
    }
}

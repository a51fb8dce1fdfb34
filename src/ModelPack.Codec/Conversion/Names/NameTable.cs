using System.Collections.Immutable;
using ModelPack.Codec.HuggingFace.Names;

namespace ModelPack.Codec.Conversion.Names;

/// <summary>Names of single tensors from one format's words into another's, to match two models by. Tensors that are stacked or fused have no single partner.</summary>
internal sealed class NameTable
{
    private readonly HuggingFace.Names.NameTable names;

    private NameTable(HuggingFace.Names.NameTable names) => this.names = names;

    /// <summary>The table of an architecture; null if there is none.</summary>
    public static NameTable? For(string? architecture) =>
        architecture is not null && HuggingFace.Names.NameTable.For(architecture) is { } names ? new(names) : null;

    /// <summary>Translates a name; what the table does not know stays as it is.</summary>
    public string Translate(string name, ModelFormat from, ModelFormat to)
    {
        bool source = from == ModelFormat.Gguf;
        if (source == (to == ModelFormat.Gguf))
        {
            return name;
        }

        ImmutableArray<NameMatch> matches = source
            ? names.FromGguf(name, _ => false) is { } match ? [match] : []
            : names.FromHuggingFace(name);
        return matches is [{ Rule.Transform: not (NameTransform.Stack or NameTransform.HeadStack or NameTransform.Halves or NameTransform.LatentSplit) } only] ? source ? only.HuggingFaceName : only.GgufName : name;
    }
}

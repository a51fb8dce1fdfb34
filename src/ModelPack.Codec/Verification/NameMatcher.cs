using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Names;

namespace ModelPack.Verification;

/// <summary>Names of single tensors from one format's words into another's, to match two models by. Tensors that are stacked or fused have
/// no single partner.</summary>
internal sealed class NameMatcher
{
    private readonly ModelPack.Architectures.Names.NameTable? gguf;
    private readonly AprFamilyNames? apr;
    private readonly HashSet<string> known;

    private NameMatcher(ModelPack.Architectures.Names.NameTable? gguf, AprFamilyNames? apr, HashSet<string> known) =>
        (this.gguf, this.apr, this.known) = (gguf, apr, known);

    /// <summary>The table of an architecture; null if there is none.</summary>
    /// <param name="architecture">The architecture, in the words of either format.</param>
    /// <param name="names">The names of the tensors of both models: where a name can mean two modules, or an architecture has two
    /// spellings, these tell which.</param>
    public static NameMatcher? For(string? architecture, IEnumerable<string> names)
    {
        HashSet<string> known = [.. names];
        ModelPack.Architectures.Names.NameTable? gguf = architecture is null
            ? null
            : ModelPack.Architectures.Names.NameTable.For(architecture);
        AprFamilyNames? apr = AprFamilyNames.For(architecture, known);
        return gguf is null && apr is null ? null : new(gguf, apr, known);
    }

    /// <summary>How the second of two models has to spell a name to mean a tensor of the first; a name that both have is not
    /// translated.</summary>
    public static Func<string, string> Between(
        (ModelFormat Format, string? Architecture, IEnumerable<string> Names) first,
        (ModelFormat Format, string? Architecture, IEnumerable<string> Names) second)
    {
        HashSet<string> own = [.. first.Names];
        IEnumerable<string> names = [.. own, .. second.Names];
        NameMatcher? table = For(first.Architecture, names) ?? For(second.Architecture, names);
        return name => own.Contains(name) ? name : table?.Translate(name, second.Format, first.Format) ?? name;
    }

    /// <summary>Translates a name; what the table does not know stays as it is.</summary>
    public string Translate(string name, ModelFormat from, ModelFormat to)
    {
        if (from == to)
        {
            return name;
        }

        string checkpoint = from switch
        {
            ModelFormat.Gguf => gguf?.FromGguf(name, known.Contains) is { } match && IsSingle(match) ? match.HuggingFaceName : name,
            ModelFormat.Apr => apr is not null && apr.Whole(name) is null ? apr.FromApr(name) : name,
            _ => name,
        };
        return to switch
        {
            ModelFormat.Gguf => gguf?.FromHuggingFace(checkpoint) is [var match] && IsSingle(match) ? match.GgufName : checkpoint,
            ModelFormat.Apr => apr is not null && apr.Parts(checkpoint).IsEmpty ? apr.ToApr(checkpoint) : checkpoint,
            _ => checkpoint,
        };
    }

    private static bool IsSingle(NameMatch match) =>
        match.Rule.Transform is not (NameTransform.Stack or NameTransform.HeadStack or NameTransform.Halves or NameTransform.LatentSplit);
}

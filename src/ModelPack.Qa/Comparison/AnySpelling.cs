using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Verification;

namespace ModelPack.Qa.Comparison;

/// <summary>
/// A choice of tensors by parts of their names. Differences are said in the words of the file that two models come from, which neither of
/// them may use: a name is chosen if it is in any format's spelling.
/// </summary>
internal sealed class AnySpelling
{
    private static readonly ModelFormat[] Formats = [ModelFormat.Gguf, ModelFormat.Apr, ModelFormat.SafeTensors];

    private readonly NameMatcher? table;
    private readonly HashSet<string> own;
    private readonly Func<string, bool> isChosen;

    private AnySpelling(NameMatcher? table, HashSet<string> own, Func<string, bool> isChosen) =>
        (this.table, this.own, this.isChosen) = (table, own, isChosen);

    public static AnySpelling Of(IReadOnlyList<ModelFile> models, Func<string, bool> isChosen)
    {
        HashSet<string> own = [.. models.SelectMany(TensorDescriptions.Logical).Select(tensor => tensor.Name)];
        return new(
            models.Select(model => NameMatcher.For(model.Architecture, own)).FirstOrDefault(table => table is not null), own, isChosen);
    }

    /// <summary>Whether a tensor of the models themselves is chosen.</summary>
    public bool TakesAny => own.Any(Takes);

    /// <summary>Whether a name is chosen. Another spelling of a stack of tensors is not known: such a name is, rather than passed
    /// over.</summary>
    public bool Takes(string name)
    {
        string[] spellings = [.. Spellings(name)];
        return spellings.Any(isChosen) || (spellings.Length == 1 && !own.Contains(name));
    }

    private IEnumerable<string> Spellings(string name) => Formats
        .SelectMany(from => Formats.Select(to => table?.Translate(name, from, to) ?? name)).Append(name).Distinct();
}

using System.Collections.Immutable;
using ModelPack.Architectures.Families;
using ModelPack.Diagnostics;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Usability;

/// <summary>The word for what an output means, and the reasons why it is no better one.</summary>
/// <param name="Word">The word.</param>
/// <param name="Reasons">What was not found, then which requirement of the target's own programs is not met; none if the output
/// runs.</param>
internal sealed record JudgedMeaning(Meaning Word, ImmutableArray<string> Reasons)
{
    private const int MaximumReasons = 8;

    /// <summary>Judges an output by what its header and its companions say.</summary>
    /// <param name="output">The output; no payload is read.</param>
    /// <param name="root">The file whose model it is. One of the output's own format is taken at its word where no rule knows its
    /// architecture.</param>
    /// <param name="leftOut">Tensors of the model that the output does not hold, though they may be a part of it.</param>
    public static JudgedMeaning Of(ModelFile output, ModelFile root, ImmutableArray<string> leftOut = default) =>
        MadeNotes.Aside(() => Judge(output, root, leftOut.IsDefault ? [] : leftOut));

    /// <summary>The word where more of what the model lacks is known.</summary>
    public JudgedMeaning With(IEnumerable<string> unmet)
    {
        string[] more = [.. Shown(unmet)];
        return more.Length == 0 ? this : new(Word == Meaning.Runs ? Meaning.Carried : Word, [.. Reasons, .. more]);
    }

    private static JudgedMeaning Judge(ModelFile output, ModelFile root, ImmutableArray<string> leftOut)
    {
        string[] absent = [.. Shown(MissingParts.Of(root))];
        IEnumerable<string> modules = output.Format == ModelFormat.SafeTensors ? [] : Modules(root, output);
        IEnumerable<string> without = leftOut.Select(
            name => $"'{name}' may be a part of the model, and the architecture '{output.Architecture}' has no place for it: an answer is "
                + "computed without it");
        string[] unmet = [.. Shown(modules.Concat(without).Concat(Unmet(output, root.Format == output.Format)))];
        return new(absent.Length > 0 ? Meaning.Partial : unmet.Length > 0 ? Meaning.Carried : Meaning.Runs, [.. absent, .. unmet]);
    }

    // A field that a program cannot read is a requirement that is not met; the output is what it is nevertheless.
    private static IEnumerable<string> Unmet(ModelFile output, bool isOwn)
    {
        if (output.Tensors.Count == 0)
        {
            return ["the output holds no tensor"];
        }

        List<string> unmet = [];
        try
        {
            foreach (string reason in Needs(output, isOwn).Take(MaximumReasons + 1))
            {
                unmet.Add(reason);
            }
        }
        catch (ModelPackException exception)
        {
            unmet.Add(exception.Detail);
        }

        return unmet;
    }

    private static IEnumerable<string> Needs(ModelFile output, bool isOwn) => output.First switch
    {
        GgufFile gguf => GgufNeeds.Unmet(gguf, output.Tensors, isOwn),
        AprFile apr => AprNeeds.Unmet(apr, isOwn),
        _ => FolderNeeds.Unmet(output, isOwn),
    };

    // Only sentence-transformers looks into the folders of modules: other programs compute without their matrices, unless the output has
    // them as tensors.
    private static IEnumerable<string> Modules(ModelFile root, ModelFile output) => root.AllMembers
        .Where(member => MemberName.IsNested(member.Name) && MemberName.IsModuleWeights(member.Name))
        .Skip(output.Tensors.Count(tensor => DenseModules.IsProjection(tensor.Name)))
        .Select(member => $"'{member.Name}' is a part of the model, and only kept for the way back: an embedding is computed without it");

    // A hostile count of layers would have as many tensors missing.
    private static IEnumerable<string> Shown(IEnumerable<string> reasons)
    {
        int count = 0;
        foreach (string reason in reasons)
        {
            if (++count > MaximumReasons)
            {
                yield return "and more of the kind";
                yield break;
            }

            yield return SafeText.Escape(reason);
        }
    }
}

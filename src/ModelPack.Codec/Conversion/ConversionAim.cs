using ModelPack.Conversion.Ancestors;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;
using ModelPack.IO.Names;
using ModelPack.IO.Output;

namespace ModelPack.Conversion;

/// <summary>What is to be converted, and to what.</summary>
/// <param name="Source">The source.</param>
/// <param name="TargetPath">The file, or the folder if it ends in a separator.</param>
/// <param name="To">Format of the output.</param>
/// <param name="Options">What else is asked for.</param>
internal sealed record ConversionAim(ModelFile Source, string TargetPath, ModelFormat To, ConversionOptions Options)
{
    private bool IsFolder => TemporaryModel.IsFolder(TargetPath);

    // A file to a file, or the files of a set to a folder.
    private bool IsCopy => Source.Format == To && Options is { Dtype: null, MaxShardBytes: null }
        && Source.AllMembers.Count(member => !member.IsSideFile) > 1 == IsFolder;

    /// <summary>Makes the plan: to copy, to restore what a record leads back to, or to make the output anew.</summary>
    /// <param name="folder">Gives the folder to write if the target is a file, and what is restored consists of several; null if such an
    /// output is not wanted.</param>
    /// <returns>The plan, and what it is a plan for.</returns>
    /// <exception cref="ModelPackException">The conversion is not possible.</exception>
    public (ConversionPlan Plan, ConversionAim Aim) Plan(Func<string>? folder = null)
    {
        if (Options.Mmproj)
        {
            ConversionAim part = this with { Options = Options with { Origin = OriginMode.None } };
            return To == ModelFormat.Gguf
                ? (part.Transcode(null), part)
                : throw new ModelPackException(
                    ConversionErrors.PartOfGgufOnly, $"the part that sees becomes a GGUF, not {To}") { FilePath = Source.Source.Name };
        }

        if (IsCopy)
        {
            return (new CopyPlan(Source), this);
        }

        string? edited = null;
        Ancestor? ancestor = Options is { Origin: OriginMode.Embed, MaxShardBytes: null, Dtype: null }
            ? NearestAncestor.Find(Source, To, out edited, IsFolder ? AncestorForm.Set : AncestorForm.Nearest)
            : null;
        if (ancestor is null)
        {
            return (Transcode(edited), this);
        }

        // The nearest set is what a folder asks for, too.
        bool needsFolder = !IsFolder && ancestor.Record.Files.Length > 1;
        if (needsFolder && Options.Form == TargetForm.OneFile)
        {
            return (Transcode(null), this);
        }

        ConversionAim aim = needsFolder && folder is not null ? this with { TargetPath = folder() } : this;
        return (aim.IsCopy ? new CopyPlan(Source) : new RestorePlan(Source, ancestor), aim);
    }

    /// <summary>The plan once payloads have shown that what was found is not what the records speak of.</summary>
    /// <param name="edited">What was edited, in a sentence.</param>
    public ConversionPlan PlanEdited(string edited) => Transcode(edited);

    private TranscodePlan Transcode(string? edited)
    {
        RankedNote[] notes = edited is null ? [] : [$"{edited}; its origin record was left behind and the file was converted as it is now"];
        notes = [.. notes, .. BrokenCompanions(), .. PartAlone()];
        string[] names = [.. Source.AllMembers.Select(member => member.Name)];

        // Within a format (split, merge) what was carried as blocks stays blocks, and what was widened stays widened.
        bool staysBlocks = Source.Format == To && Options.Quantized == QuantizedMode.Auto
            && Source.AllTensors.Count == Source.Tensors.Count;
        ConversionOptions options = staysBlocks ? Options with { Quantized = QuantizedMode.Blocks } : Options;
        OutputForm form = new(IsFolder ? SideFile.StemOf(Source.AllMembers[0].Name) : null, options.MaxShardBytes);
        Ancestry ancestry = edited is not null ? Ancestry.LeavingBehind(Source)
            : options.Origin == OriginMode.Embed ? Ancestry.Of(Source)
            : Ancestry.Alone(Source);
        notes = ancestry.Doubt is null
            ? notes
            : [$"{ancestry.Doubt}; its origin record was left behind and the file was converted as it is", .. notes];
        if (ancestry.Line().FirstOrDefault(line => line.Parent is { Ancestry.LeftBehind: true }) is { Parent: { } edit })
        {
            notes = [$"'{edit.Record.Name}' was edited before it was converted; what it had been made from is not followed", .. notes];
        }

        return new(ancestry, names, To, form, options, notes);
    }

    private IEnumerable<RankedNote> BrokenCompanions() => Source.AllMembers
        .Where(member => member.Model is null)
        .Select(member => (member.Name, Problem: CompanionText.Problem(
            member.Name, member.Length, () => member.ReadFrom(Source.Source))))
        .Where(companion => companion.Problem is not null)
        .Select(companion => (RankedNote)$"'{companion.Name}' {companion.Problem}; it travels byte for byte");

    private RankedNote[] PartAlone() =>
        Source is GgufFile { Split: { } split } && split.LacksTensors(Source.Tensors.Count)
        ? [$"'{Source.AllMembers[0].Name}' is one of {split.Count} parts of a model; the others were not found, and are not in the output"]
        : [];
}

using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Architectures.Usability;
using ModelPack.Conversion;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO.Output;

namespace ModelPack;

/// <summary>A conversion that is planned and not run.</summary>
public sealed class ConversionPreview
{
    internal ConversionPreview()
    {
    }

    /// <summary>Bare name of the source.</summary>
    internal string SourceName { get; init; } = null!;

    /// <summary>Format of the source.</summary>
    internal ModelFormat From { get; init; }

    /// <summary>Length of the source; of all its files together.</summary>
    internal long SourceBytes { get; init; }

    /// <summary>Format of the output.</summary>
    internal ModelFormat To { get; init; }

    /// <summary>Length of the output; of all its files together.</summary>
    public long OutputBytes { get; internal init; }

    /// <summary>The files of the output.</summary>
    internal ImmutableArray<PreviewedFile> Files { get; init; }

    /// <summary>The tensors, in the order of the source.</summary>
    internal ImmutableArray<PreviewedTensor> Tensors { get; init; }

    /// <summary>What the certificate would say beside: how the output is made, oddities that are kept.</summary>
    public ImmutableArray<string> Notes { get; internal init; }

    /// <summary>The rank of each of the notes; the most important come first.</summary>
    internal ImmutableArray<NoteRank> NoteRanks { get; init; } = [];

    /// <summary>What lies in the source's folder and would not be carried.</summary>
    public ImmutableArray<LeftOutFile> LeftOut { get; internal init; } = [];

    /// <summary>What the output would be good for.</summary>
    public Meaning Meaning { get; internal init; }

    /// <summary>Why it is no better word: what of the model was not found, and which requirements of the target's own programs are not met.
    /// None for <see cref="Meaning.Runs"/>.</summary>
    public ImmutableArray<string> MeaningReasons { get; internal init; } = [];

    /// <summary>
    /// What to tell before it is run: how many quantized tensors are widened, and what that makes of the size. Null if none is, or if the
    /// output is no larger than the source.
    /// </summary>
    public string? Growth { get; internal init; }

    internal static ConversionPreview Of(ConversionPlan job, string targetPath)
    {
        string[] names = TemporaryModel.FinalNames(targetPath, job.Layout);
        JudgedMeaning meaning = job.Judge();
        RankedNote[] notes = job.AllNotes([]);
        return new()
        {
            SourceName = job.Source.ShortName,
            From = job.Source.Format,
            SourceBytes = job.Source.Source.Length,
            To = job.To,
            OutputBytes = job.Layout.Length,
            Files = [.. job.Layout.Files.Select((file, i) => new PreviewedFile(names[i], file.Plan.Length))],
            Tensors = [.. job.Tensors.Take(job.Source.Tensors.Count).Select((tensor, i) => new PreviewedTensor(
                job.OutputName(i), tensor.Name, TensorTypes.Get(tensor.Type).Name, TensorTypes.Get(job.OutputType(i)).Name, tensor.Shape,
                job.Action(i), tensor.ByteLength))],
            Growth = GrowthOf(job),
            LeftOut = job.Source.LeftOut,
            Meaning = meaning.Word,
            MeaningReasons = meaning.Reasons,
            Notes = [.. notes.Select(note => note.Text)],
            NoteRanks = [.. notes.Select(note => note.Rank)],
        };
    }

    /// <summary>What to tell of a job: see <see cref="Growth"/>.</summary>
    internal static string? GrowthOf(ConversionPlan job)
    {
        (long before, long after) = (job.Source.Source.Length, job.Layout.Length);
        int widened = Enumerable.Range(0, job.Source.Tensors.Count)
            .Count(tensor => job.Action(tensor) == TensorAction.Widen && TensorTypes.Get(job.Tensors[tensor].Type).IsQuantized);
        if (widened == 0 || after <= before)
        {
            return null;
        }

        string sizes = string.Create(
            CultureInfo.InvariantCulture,
            $"the output takes {after:N0} bytes, {(double)after / before:0.0} times the {before:N0} bytes of the source");
        return $"{widened} quantized tensors become F32: {sizes}; Quantized=blocks (--quantized blocks) keeps them small";
    }

    /// <summary>For people: source, formats and length of the output.</summary>
    public override string ToString() => SafeText.Escape($"{SourceName}: {From.Name()} to {To.Name()}, {OutputBytes} bytes");
}

/// <summary>A file that a conversion would write.</summary>
/// <param name="Name">Bare file name.</param>
/// <param name="Bytes">Length.</param>
internal sealed record PreviewedFile(string Name, long Bytes);

/// <summary>What a conversion would do with a tensor.</summary>
/// <param name="Name">Name in the output.</param>
/// <param name="SourceName">Name in the source.</param>
/// <param name="Type">Type in the source.</param>
/// <param name="StoredType">Type in the output.</param>
/// <param name="Shape">Shape in the source, outermost first.</param>
/// <param name="Action">What is done with the bytes.</param>
/// <param name="Bytes">Length of the payload.</param>
internal sealed record PreviewedTensor(
    string Name, string SourceName, string Type, string StoredType, ImmutableArray<long> Shape, TensorAction Action, long Bytes);

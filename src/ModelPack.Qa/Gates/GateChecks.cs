using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Qa.Comparison;
using ModelPack.Qa.Evidence;
using ModelPack.Tensors;
using ModelPack.Validation;
using ModelPack.Validation.Facts;

namespace ModelPack.Qa.Gates;

/// <summary>What the gates look at, each comparison made once (qa-gates.md §1, third column).</summary>
internal sealed partial class GateChecks(QaWorkspace workspace)
{
    private readonly Dictionary<string, VerificationReport> reports = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PairedStatistics> statistics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnWords> words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Compared, int Widened, List<string> Found)> visible = new(StringComparer.Ordinal);

    /// <summary>One conversion: every tensor decodes to the same values, bits are equal where the target can hold the type.</summary>
    public GateAnswer Pair(string chain)
    {
        QaModel to = workspace.Get(chain);
        VerificationReport report = Verify(chain);
        (int compared, int widened, List<string> found) = Visible(chain);
        string[] differences = [
            .. Tensors(report).Select(difference => difference.Text), .. found, .. Said(chain, SaidPart.Container)];
        ProofLevel level = to.Certificate!.Level;
        if (differences.Length == 0 && level < ProofLevel.L3)
        {
            differences = [$"the conversion proved {level} only"];
        }

        return GateAnswer.Of(
                report.TensorsCompared, $"tensors have the same values, largest difference 0; proved {level}", differences,
                "tensors differ")
            .With("tensors_compared", report.TensorsCompared).With("values_compared_as_seen", compared).With("tensors_widened", widened)
            .With("source_xxh128", to.Certificate.Source.Xxh128).With("output_xxh128", to.Certificate.Output.Xxh128);
    }

    /// <summary>Two models of one format have the same bytes. Where both were made from one file by ways of different length, each holds
    /// the record of its way; then all else has to be the same.</summary>
    /// <param name="first">A chain.</param>
    /// <param name="second">Another chain.</param>
    /// <param name="isStrict">True for two runs of one conversion, which have one way.</param>
    public GateAnswer Bytes(string first, string second, bool isStrict = false)
    {
        (QaModel own, QaModel other) = (workspace.Get(first), workspace.Get(second));
        string? difference = FileBytes.Difference(own.Path, other.Path, workspace.Cancellation);
        if (difference is null)
        {
            return new(Outcome.Corroborated, "all bytes are equal");
        }

        return !isStrict && own.Certificate is not null && other.Certificate is not null
            && ModelVerifier.Verify(own.Path, other.Path, ProofLevel.L2, cancellation: workspace.Cancellation).Passed
                ? new(
                    Outcome.Corroborated, $"tensors and metadata are equal bit for bit; only the record of the way differs ({difference})")
                : GateAnswer.Falsified("the bytes differ", $"{difference}; {FirstTensor(own.Path, other.Path)}");
    }

    /// <summary>Two models of one format hold the same tensors, bit for bit.</summary>
    public GateAnswer Equal(string first, string second)
    {
        VerificationReport report = ModelVerifier.Verify(
            workspace.Get(first).Path, workspace.Get(second).Path, ProofLevel.L1, cancellation: workspace.Cancellation);
        return GateAnswer.Of(
            report.TensorsCompared, "tensors are equal bit for bit", [.. Tensors(report).Select(one => one.Text)], "tensors differ");
    }

    /// <summary>Over all pairs: each tensor has its partner.</summary>
    public GateAnswer Names(IReadOnlyList<string> chains, bool countsOnly) => Over(chains, chain =>
    {
        VerificationReport report = Verify(chain);
        Difference[] lost = [.. report.Differences.Where(one => one.Kind is DifferenceKind.MissingTensor or DifferenceKind.ExtraTensor)];
        bool isEven = lost.Count(one => one.Kind == DifferenceKind.MissingTensor) * 2 == lost.Length;
        return (report.TensorsCompared, countsOnly && isEven ? [] : [.. lost.Select(one => one.Text)]);
    }, countsOnly ? "tensors, as many as in the source" : "names lead to one tensor and back", "tensors are lost or new");

    public GateAnswer Embedding(IReadOnlyList<string> chains) => Over(chains, chain =>
    {
        using ModelFile file = ModelFiles.Open(workspace.Get(chain).Path);
        ModelSettings settings = ModelSettings.Of(file, CompanionFiles.Of(file));
        long? hidden = settings[SettingName.Hidden]?.At(null);
        long? rows = settings[SettingName.Vocabulary]?.At(null);
        TensorInfo[] embeddings = [
            .. file.Tensors.Where(tensor => TensorRoles.Of(tensor.Name) is { Role: TensorRole.TokenEmbedding, IsBias: false })];
        return (hidden is null ? 0 : embeddings.Length, [
            .. embeddings.Where(one => hidden is not null && (one.Shape is not [var first, var width] || width != hidden || first < rows))
                .Select(one => $"'{one.Name}' is {TensorShape.Format(one.Shape.AsSpan())}, not [{rows}, {hidden}]")]);
    }, "embeddings are [vocabulary, hidden], row by row", "an embedding has another layout");

    /// <summary>No NaN, no infinity and no tensor of zeros that the source does not have.</summary>
    public GateAnswer Weights(IReadOnlyList<string> chains, Func<string, bool>? filter = null) => Over(chains, chain =>
    {
        PairedTensor[] tensors = [.. Statistics(chain, filter).Where(tensor => tensor.SecondStatistics is not null)];
        return (tensors.Length, [
            .. tensors.Where(tensor => tensor.SecondStatistics!.NaN > (tensor.FirstStatistics?.NaN ?? 0)
                    || tensor.SecondStatistics.Infinity > (tensor.FirstStatistics?.Infinity ?? 0))
                .Select(tensor => $"tensor '{tensor.Second!.Name}' has NaN or infinity that the source does not have"),
            .. tensors.Where(tensor => IsZero(tensor.SecondStatistics!) && !(tensor.FirstStatistics is { } first && IsZero(first)))
                .Select(tensor => $"tensor '{tensor.Second!.Name}' is all zeros"),
        ]);
    }, "tensors have no NaN, infinity or zeros of their own", "values were damaged");

    /// <summary>Mean, deviation, least and largest value are the same numbers.</summary>
    public GateAnswer SameStatistics(IReadOnlyList<string> chains, Func<string, bool>? filter = null) => Over(chains, chain =>
    {
        PairedTensor[] tensors = [.. Statistics(chain, filter).Where(tensor => tensor.FirstStatistics is not null)];
        return (tensors.Length, [
            .. tensors.Where(tensor => tensor.SecondStatistics is null).Select(tensor => $"tensor '{tensor.First.Name}' has no partner"),
            .. tensors.SelectMany(tensor => tensor.Differences.Select(one => FormattableString.Invariant(
                $"tensor '{tensor.First.Name}': {one.Field} is {one.Expected} in the source and {one.Actual} in the output")))]);
    }, "tensors have the same mean, deviation, least and largest value", "statistics differ");

    public GateAnswer Shapes(IReadOnlyList<string> chains) => Over(chains, chain =>
    {
        ValidationReport report = ModelValidator.Validate(workspace.Get(chain).Path, cancellation: workspace.Cancellation);
        ErrorCode[] codes =
        [
            ValidationErrors.Shape, ValidationErrors.Heads, ValidationErrors.Layers, ValidationErrors.Vocabulary, ValidationErrors.Required,
        ];
        return (report.Tensors, [.. report.Findings.Where(finding => codes.Contains(finding.Code)).Select(finding => finding.Text)]);
    }, "tensors agree with the model's own configuration", "shapes contradict the configuration");

    /// <summary>Blocks decoded by the reference formula are what the widened tensors show.</summary>
    public GateAnswer Dequantized(IReadOnlyList<string> chains) => Over(chains, chain =>
    {
        (int compared, _, List<string> found) = Visible(chain);
        return (compared, found);
    }, "tensors show the values that their blocks decode to", "decoded values differ");

    public GateAnswer NotTransposed(IReadOnlyList<string> chains, Func<string, bool> filter) => Over(chains, chain =>
    {
        AnySpelling names = Names(chain, filter);
        return (Count(chain, names.Takes), [
            .. Verify(chain).Differences.Where(one => one.Kind == DifferenceKind.Shape && names.Takes(one.Place)).Select(one => one.Text)]);
    }, "tensors have the shapes of the source", "shapes differ");

    public GateAnswer Checksums(IReadOnlyList<string> chains, Func<string, bool> filter) => Over(chains, chain =>
    {
        AnySpelling names = Names(chain, filter);
        return (Count(chain, names.Takes), [.. Tensors(Verify(chain)).Where(one => names.Takes(one.Place)).Select(one => one.Text)]);
    }, "tensors have the checksums of the source", "checksums differ");

    private GateAnswer Over(
        IReadOnlyList<string> chains, Func<string, (int Looked, List<string> Found)> look, string claim, string wrong)
    {
        long looked = 0;
        List<string> found = [];
        List<string> without = [];
        foreach (string chain in chains)
        {
            (int count, List<string> here) = look(chain);
            looked += count;
            found.AddRange(here.Select(text => $"{chain}: {text}"));
            if (count == 0)
            {
                without.Add(chain);
            }
        }

        GateAnswer answer = GateAnswer.Of(looked, claim, found, wrong).With("chains", string.Join(' ', chains.Except(without)));
        return without.Count == 0 ? answer : answer.With("not_looked_at", string.Join(' ', without));
    }

    private AnySpelling Names(string chain, Func<string, bool> filter)
    {
        (QaModel from, QaModel to) = Ends(chain);
        using ModelFile first = ModelFiles.Open(from.Path);
        using ModelFile second = ModelFiles.Open(to.Path);
        return AnySpelling.Of([first, second], filter);
    }

    // How many tensors of the output a filter takes.
    private int Count(string chain, Func<string, bool> filter)
    {
        using ModelFile file = ModelFiles.Open(workspace.Get(chain).Path);
        return TensorDescriptions.Logical(file).Count(tensor => filter(tensor.Name));
    }

    private (QaModel From, QaModel To) Ends(string chain) => (workspace.Get(chain[..^2]), workspace.Get(chain));

    private VerificationReport Verify(string chain)
    {
        (QaModel from, QaModel to) = Ends(chain);
        return reports.TryGetValue(chain, out VerificationReport? known)
            ? known
            : reports[chain] = ModelVerifier.Verify(from.Path, to.Path, ProofLevel.L3, cancellation: workspace.Cancellation);
    }

    private (int Compared, int Widened, List<string> Found) Visible(string chain)
    {
        (QaModel from, QaModel to) = Ends(chain);
        return visible.TryGetValue(chain, out (int Compared, int Widened, List<string> Found) known)
            ? known
            : visible[chain] = VisibleValues.Compare(
                from, to, Tensors(Verify(chain)).Select(one => one.Place), workspace.Cancellation);
    }

    private IEnumerable<PairedTensor> Statistics(string chain, Func<string, bool>? filter)
    {
        (QaModel from, QaModel to) = Ends(chain);
        if (!statistics.TryGetValue(chain, out PairedStatistics? known))
        {
            known = statistics[chain] = PairedStatistics.Of(from.Path, to.Path, workspace.Cancellation);
        }

        AnySpelling? names = filter is null ? null : Names(chain, filter);
        return known.Tensors.Where(
            tensor => names is null || names.Takes(tensor.First.Name) || (tensor.Second is { } second && names.Takes(second.Name)));
    }

    private string FirstTensor(string first, string second)
    {
        VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L2, cancellation: workspace.Cancellation);
        return report.Differences.FirstOrDefault()?.Text ?? "tensors and metadata are equal";
    }

    // Bits can be compared as long as the record counts. Where something else was edited, another type with the same values is no
    // difference of tensors.
    private static IEnumerable<Difference> Tensors(VerificationReport report)
    {
        bool isEdited = report.Differences.Any(one => one.Place == ModelFile.OriginKey);
        return report.Differences.Where(
            one => one.Kind is not (DifferenceKind.Metadata or DifferenceKind.Order or DifferenceKind.Container)
                && !(isEdited && one is { Kind: DifferenceKind.Type, Payload.Elements: 0 }));
    }

    private static bool IsZero(TensorStatistics values) => values.Count > 0 && values.Zeros == values.Count;
}

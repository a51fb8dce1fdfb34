using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>Checks a model without converting it.</summary>
internal static class ModelCheck
{
    private const int MostErrors = 20;

    /// <summary>The files as they are before they are read.</summary>
    public static VerifiedState Observe(VerificationRequest request) => new(
        ToolVersion.Text,
        request.OptionsText,
        request.Source,
        SourceFiles.List(request.Source, request.Scope),
        FilesOfAgainst(request));

    /// <summary>The files that the model is compared with.</summary>
    public static ImmutableArray<FileRecord> FilesOfAgainst(VerificationRequest request) =>
        request.Against.Length == 0
        ? []
        : ModelVerifier.IsCertificate(request.Against)
        ? [Record(request.Against)]
        : SourceFiles.List(request.Against, Directory.Exists(request.Against) ? PathScope.Model : request.Scope);

    /// <summary>What is wrong; nothing if all is well.</summary>
    /// <param name="request">The model.</param>
    /// <param name="note">Hears what is odd but legal, and how the path was understood.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelPackException">The structure is broken, so that there is nothing else to say.</exception>
    public static IReadOnlyList<ModelPackException> Run(
        VerificationRequest request, Action<NoteRank, string> note, CancellationToken cancellation)
    {
        if (PinnedSource.Error(request.Source, request.Scope, request.ExpectedHash, cancellation) is { } unexpected)
        {
            return [unexpected];
        }

        List<ModelPackException> errors = [];
        foreach (Finding finding in Findings(request, note, cancellation))
        {
            FilePlace place = FilePlace.Of(request.Source, request.Scope, finding.ByteOffset, request.Source);
            errors.Add(new(finding.Code, $"{finding.Place}: {finding.Text}") { FilePath = place.File, ByteOffset = place.ByteOffset });
        }

        if (request.Against.Length > 0)
        {
            errors.AddRange(Compare(request, cancellation));
        }

        return errors.Count <= MostErrors ? errors
            : [.. errors[..MostErrors],
                new(errors[MostErrors].Code, $"{Plural.Of(errors.Count - MostErrors, "more finding")} in this model")
                {
                    FilePath = request.Source,
                }];
    }

    private static IEnumerable<Finding> Findings(VerificationRequest request, Action<NoteRank, string> note, CancellationToken cancellation)
    {
        if (request.Verify == VerifyMode.Structural)
        {
            using ModelFile file = ModelFiles.Open(request.Source, request.Scope);
            Say(file.Notes);
            return [];
        }

        ValidationReport report = ModelValidator.Validate(request.Source, request.Scope, cancellation: cancellation);
        Say(report.Notes);
        return report.Findings.Where(finding => !request.AllowNonFinite || !finding.IsNonFinite);

        void Say(IEnumerable<Note> notes)
        {
            foreach (Note odd in notes)
            {
                note(odd.Rank, $"{Path.GetFileName(request.Source)}: note: {odd.Rule}: {odd.Text}");
            }
        }
    }

    private static IEnumerable<ModelPackException> Compare(VerificationRequest request, CancellationToken cancellation)
    {
        string than = Path.GetFileName(request.Against);
        if (request.Epsilon is { } tolerance)
        {
            ToleranceReport values = ModelVerifier.Verify(
                request.Against, request.Source, tolerance, request.Scope, cancellation: cancellation);
            return values.Differences.Select(
                difference => NotEqual(
                    $"not within {tolerance} of '{than}'", difference,
                    FilePlace.Of(request.Source, request.Scope, difference, request.Source)));
        }

        ProofLevel level = Enum.Parse<ProofLevel>(request.Level, ignoreCase: true);
        VerificationReport report = ModelVerifier.Verify(request.Against, request.Source, level, request.Scope, cancellation: cancellation);
        return !report.Passed && report.Differences.IsEmpty
            ? [new(BuildErrors.NotEqual, $"compared with '{than}' only {report.Proved} holds, not {level}") { FilePath = request.Source }]
            : report.Differences.Select(difference => NotEqual(
                $"compared with '{than}'",
                difference,
                ModelVerifier.IsCertificate(request.Against)
                    ? CertifiedPlace(request, difference)
                    : FilePlace.Of(request.Source, request.Scope, difference, request.Source)));
    }

    private static ModelPackException NotEqual(string what, Difference difference, FilePlace place) =>
        new(BuildErrors.NotEqual, $"{what}: {ChangedModel.Text(difference)}") { FilePath = place.File, ByteOffset = place.ByteOffset };

    // A certificate knows the files of a folder by name, and counts the bytes of each.
    private static FilePlace CertifiedPlace(VerificationRequest request, Difference difference)
    {
        string file = Path.Combine(FileRecord.FolderOf(request.Source), difference.Place);
        return new(
            difference.Kind == DifferenceKind.Container && (Directory.Exists(request.Source) || File.Exists(file))
                ? file
                : request.Source, difference.ByteOffset);
    }

    private static FileRecord Record(string path) => new(Path.GetFileName(path), FileStamp.Of(path), "");
}

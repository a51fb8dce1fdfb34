using System.Collections.Immutable;
using ModelPack.Conversion.Ancestors;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.IO.Output;
using ModelPack.Models;
using ModelPack.Verification.Comparison;

namespace ModelPack.Verification;

/// <summary>Converts a model through a chain of formats and back, and compares the bytes. Nothing is kept.</summary>
internal static class RoundTrip
{
    // Nothing of it is there after a power failure that anybody looks for.
    private static readonly NameChanges Unflushed = new UnflushedChanges();

    /// <summary>Runs the chain in a temporary folder that is removed in any case.</summary>
    /// <exception cref="ModelPackException">A step is not possible; the message says which and why.</exception>
    public static RoundTripReport Run(
        string sourcePath,
        IReadOnlyList<ModelFormat> via,
        ConversionOptions options,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(via);
        ArgumentNullException.ThrowIfNull(options);
        using ModelFile source = ModelFiles.Open(sourcePath, options.Scope);
        ImmutableArray<ModelFormat> chain = [source.Format, .. via, source.Format];
        using ScratchFolder folder = ScratchFolder.Create(Path.GetTempPath());
        ImmutableArray<Certificate>.Builder steps = ImmutableArray.CreateBuilder<Certificate>();
        string current = sourcePath;
        for (int i = 1; i < chain.Length; i++)
        {
            // A source of several files comes back as these whenever its format comes round, and so does what it was made from.
            bool isSet = chain[i] == source.Format ? source.AllMembers.Count > 1 : LeadsBackToSet(current, chain[i], options.Scope);
            string next = Path.Combine(folder.Path, isSet ? $"{i}/" : $"{i}.{chain[i].Extension()}");

            // Narrowed once is enough; and what leads back restores, which narrowing would not.
            ConversionOptions step = i == 1 ? options : options with { Dtype = null, Epsilon = null, Scope = PathScope.Model };
            steps.Add(ModelConverter.Convert(current, next, chain[i], step, Unflushed, progress, cancellation: cancellation));
            DeleteStep(folder, current);
            current = next;
        }

        // The first step has read the source, and the last has read what came back.
        (CertifiedFile before, CertifiedFile after) = (steps[0].Source, steps[^1].Output);
        if (before.Bytes == after.Bytes && before.Xxh128 == after.Xxh128)
        {
            return new(chain, true, before.Xxh128, after.Xxh128, null, steps.ToImmutable());
        }

        using ModelFile returned = ModelFiles.Open(current);
        long? difference = ByteComparison.FirstDifference(source.Source, returned.Source, cancellation);
        return new(
            chain,
            difference is null,
            FileHash.Format(FileHash.Xxh128(source.Source, cancellation)),
            FileHash.Format(FileHash.Xxh128(returned.Source, cancellation)),
            difference is null ? null : Place.Describe(source, difference.Value, FileSide.First),
            steps.ToImmutable());
    }

    private static bool LeadsBackToSet(string path, ModelFormat format, PathScope scope)
    {
        using ModelFile file = ModelFiles.Open(path, scope);
        return Ancestry.Of(file).Records.Any(
            record => record.Format == format && record.Plan.Files.Count(member => !SideFile.IsName(member.Name)) > 1);
    }

    private static void DeleteStep(ScratchFolder folder, string path)
    {
        string step = Path.TrimEndingDirectorySeparator(path);
        if (Path.GetDirectoryName(step) != folder.Path)
        {
            return;
        }

        if (Directory.Exists(step))
        {
            Directory.Delete(step, recursive: true);
        }

        File.Delete(step);
    }
}

using System.Collections.Immutable;
using ModelPack.Conversion;
using ModelPack.Conversion.Pipeline;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Tensors;
using ModelPack.Verification.Comparison;

namespace ModelPack.Verification;

/// <summary>Compares a file with a certificate, which stands for its source and for its output.</summary>
internal static class CertificateVerifier
{
    public static VerificationReport Verify(
        Certificate certificate, string path, ProofLevel level, PathScope scope, CancellationToken cancellation)
    {
        // One file of a folder is not what was proved, unless the certificate lists no more than is read for that file alone: an index with
        // its shards, a file with its side file.
        if (CertifiedParts.Find(certificate, path) is { } set && CertifiedParts.ScopeOf(set, path, scope) is { } meant)
        {
            return VerifySet(certificate, set, path, level, meant, cancellation);
        }

        // What was certified is this one file, whatever lies around it now.
        bool isCertifiedAlone = !Directory.Exists(path)
            && new[] { certificate.Output, certificate.Source }.Any(side => side.Parts.IsEmpty && side.Name == Path.GetFileName(path));
        using ModelFile file = ModelFiles.Open(path, isCertifiedAlone ? PathScope.FileAlone : scope);
        string hash = FileHash.Format(FileHash.Xxh128(file.Source, cancellation));
        CertifiedFile[] same = [
            .. new[] { certificate.Output, certificate.Source }.Where(side => side.Parts.IsEmpty && hash == side.Xxh128)];
        if (same.Length > 0)
        {
            // An XXH128 finds accidents; where a SHA-256 is there, it decides (docs/trust.md).
            string? sha256 = same.Any(side => side.Sha256 is not null) ? FileHash.Sha256(file.Source, cancellation) : null;
            return same.Any(side => side.Sha256 is null || side.Sha256 == sha256)
                ? new(level, certificate.Level, certificate.Tensors.Length, 0, Beyond(certificate, level), ModelFile.PathsOf(file))
                : new(level, null, certificate.Tensors.Length, 0, [Forged(sha256!, same[0].Sha256!)], ModelFile.PathsOf(file));
        }

        bool isOutput = file.Format == certificate.Output.Format
            && (certificate.Source.Format != certificate.Output.Format || Path.GetFileName(path) == certificate.Output.Name);
        CertifiedFile expected = isOutput ? certificate.Output : certificate.Source;
        List<Difference> differences = [.. CompareTensors(certificate, file, isOutput, cancellation)];
        if (file.Source.Length != expected.Bytes)
        {
            differences.Add(
                new(DifferenceKind.Container, "the file", $"the file has {file.Source.Length} bytes; {expected.Bytes} were proved"));
        }

        if (differences.Count == 0)
        {
            string why =
                $"bytes outside the tensors differ: the file's XXH128 is {hash}, {expected.Xxh128} was proved; compare it with the source "
                    + $"to see where";
            differences.Add(new(DifferenceKind.Container, "header, metadata, padding or footer", why));
        }

        return new(level, null, certificate.Tensors.Length, 0, [.. differences], ModelFile.PathsOf(file));
    }

    // The file is what it was; of a part of a model, or of rounded numbers, less was proved than the usual level.
    private static ImmutableArray<Difference> Beyond(Certificate certificate, ProofLevel level) => certificate.Level >= level ? [] :
    [
        new(
            DifferenceKind.Container, "the certificate",
            certificate.Level is { } proved
                ? $"every byte is as it was proved, and that proof is of {proved}: compare at level {proved}"
                : "every byte is as it was, and the certificate proves no level"),
    ];

    private static Difference Forged(string found, string proved) => new(
        DifferenceKind.Container, "the file",
        $"the file's SHA-256 is {found}, {proved} was proved; its XXH128 is that of the certificate, which does not happen by accident");

    private static VerificationReport VerifySet(
        Certificate certificate, CertifiedFile expected, string path, ProofLevel level, PathScope scope, CancellationToken cancellation)
    {
        if (!CertifiedParts.AreAllThere(expected, path))
        {
            return new(
                level, null, 0, 0, [.. CertifiedParts.Compare(expected, path, [], cancellation)],
                ["the tensors were not compared: files are missing"]);
        }

        ModelLocation location = ModelLocation.Find(path, scope);
        ImmutableArray<string> notes = ModelFile.PathsOf(location.Understood);
        List<Difference> files = [.. CertifiedParts.Compare(expected, path, [.. location.Names], cancellation)];
        if (files.Count == 0)
        {
            return new(level, certificate.Level, certificate.Tensors.Length, 0, Beyond(certificate, level), notes);
        }

        using ModelFile file = ModelFiles.Open(path, scope);
        IEnumerable<Difference> tensors = CompareTensors(certificate, file, ReferenceEquals(expected, certificate.Output), cancellation);
        return new(level, null, certificate.Tensors.Length, 0, [.. tensors, .. files], notes);
    }

    private static IEnumerable<Difference> CompareTensors(
        Certificate certificate, ModelFile file, bool isOutput, CancellationToken cancellation)
    {
        PassResult pass = SourcePass.Run(
            new()
            {
                Source = file.Source,
                Ranges = FileRange.Cover(file),
                Tensors = file.AllTensors,
                Work = PassWork.TensorHashes,
            },
            cancellation);
        IReadOnlyList<TensorInfo> logical = TensorSet.Of(file, out _).Tensors;
        CertifiedReturn? back = isOutput ? CertifiedReturn.Find(certificate, file, pass, cancellation) : null;
        HashSet<string> expected = new(StringComparer.Ordinal);
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int i = 0; i < file.Tensors.Count; i++)
        {
            places[file.Tensors[i].Name] = i;
        }

        for (int i = 0; i < certificate.Tensors.Length; i++)
        {
            CertifiedTensor tensor = certificate.Tensors[i];
            string name = isOutput ? tensor.Name : tensor.SourceName;
            bool isFirst = expected.Add(name);
            if (isOutput && tensor.Action == TensorAction.Keep)
            {
                if (back?.IsWrong(i) == true)
                {
                    yield return new(
                        DifferenceKind.Payload, tensor.SourceName,
                        $"tensor '{tensor.SourceName}', which is only kept, does not come back as it was proved");
                }
            }
            else if (!places.TryGetValue(name, out int place))
            {
                if (isFirst)
                {
                    yield return new(DifferenceKind.MissingTensor, name, $"tensor '{name}' is missing");
                }
            }
            else if (isOutput && tensor.Action is not (TensorAction.Copy or TensorAction.Carry or TensorAction.Swap)
                ? back?.IsWrong(i, place) == true
                : Hash(file, logical[place], pass.TensorHashes[place], isOutput
                    ? tensor.Action
                    : TensorAction.Copy, cancellation) != tensor.Xxh128)
            {
                TensorInfo stored = file.Tensors[place];
                ModelSetMember member = file.AllMembers.Last(member => member.Start <= stored.Offset);
                string where = file.AllMembers.Count == 1 ? "" : $" of '{member.Name}'";
                long offset = stored.Offset - member.Start;
                yield return new(
                    DifferenceKind.Payload, name,
                    $"tensor '{name}' holds other bytes than were proved, somewhere from byte {offset}{where} on", null, offset);
            }
        }

        foreach (string name in places.Keys.Where(name => !expected.Contains(name) && back?.Knows(places[name]) != true))
        {
            yield return new(DifferenceKind.ExtraTensor, name, $"tensor '{name}' was not there when the file was proved");
        }
    }

    // A certificate holds the hash of the source's bytes, which the output has in the other order if it was swapped.
    private static string Hash(ModelFile file, TensorInfo tensor, Hash128 known, TensorAction action, CancellationToken cancellation)
    {
        if (action != TensorAction.Swap || PayloadByteOrder.Support(tensor.Type) == ByteSwapSupport.LittleEndianOnly)
        {
            return FileHash.Format(known);
        }

        using RangeByteSource payload = new(file.Source, tensor.Offset, tensor.ByteLength);
        using ReversedByteSource reversed = new(payload, tensor.Type);
        return FileHash.Format(FileHash.Xxh128(reversed, cancellation));
    }
}

using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.IO;
using ModelPack.Origin;

namespace ModelPack.Verification;

/// <summary>
/// The way from a certified output back to its source. A certificate knows hashes of the source's bytes; what the output holds in another
/// form is compared by what comes back, and what the way back does not use by the hash in the origin record.
/// </summary>
internal sealed class CertifiedReturn
{
    private readonly Certificate certificate;
    private readonly OriginRecord record;
    private readonly RecordedPayloads payloads;
    private readonly PassResult pass;
    private readonly HashSet<int> used;
    private readonly ILookup<int, Hash128> views;
    private readonly CancellationToken cancellation;

    private CertifiedReturn(Certificate certificate, OriginRecord record, ModelFile file, PassResult pass, CancellationToken cancellation)
    {
        this.certificate = certificate;
        this.record = record;
        this.pass = pass;
        this.cancellation = cancellation;
        payloads = RestoredFile.Payloads(record, file);
        views = record.Views.ToLookup(view => view.ContainerIndex, view => view.Hash);
        used = [.. record.Tensors.SelectMany(tensor => tensor.Payload.Tensors()), .. record.Views.Select(view => view.ContainerIndex)];
    }

    /// <summary>The way back; null if the output has no record that leads to the certified source.</summary>
    public static CertifiedReturn? Find(Certificate certificate, ModelFile file, PassResult pass, CancellationToken cancellation)
    {
        try
        {
            return file.OriginRecord is { } bytes && OriginCodec.Read(bytes.Span, file.Budget) is { } record
                && IsOf(record, certificate.Source)
                ? new(certificate, record, file, pass, cancellation)
                : null;
        }
        catch (ModelPackException)
        {
            // The record is damaged, or the side file is not there: the file is another one, and which tensors are is not known.
            return null;
        }
    }

    /// <summary>Whether the record says something of a tensor of the output.</summary>
    public bool Knows(int place) => used.Contains(place);

    /// <summary>Whether a tensor of the source does not come back, or what shows it is not what was written.</summary>
    /// <param name="tensor">Its place in the certificate.</param>
    /// <param name="place">Place of the tensor that shows it in the output; -1 if none does.</param>
    public bool IsWrong(int tensor, int place = -1) =>
        views[place].Any(hash => hash != pass.TensorHashes[place])
        || FileHash.Format(FileHash.Xxh128(payloads[tensor], cancellation)) != certificate.Tensors[tensor].Xxh128;

    private static bool IsOf(OriginRecord record, CertifiedFile source)
    {
        string[] hashes = source.Parts.IsEmpty ? [source.Xxh128] : [.. source.Parts.Select(part => part.Xxh128)];
        return record.Files.Select(file => FileHash.Format(file.Hash)).SequenceEqual(hashes);
    }
}

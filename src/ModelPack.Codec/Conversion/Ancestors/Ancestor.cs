using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Origin;

namespace ModelPack.Conversion.Ancestors;

/// <summary>One conversion: how a container was made from the file that its record describes.</summary>
/// <param name="Files">Names of the files described.</param>
/// <param name="Hashes">XXH128 of each of them.</param>
/// <param name="Made">Format of the container.</param>
/// <param name="Digest">Digest of the container.</param>
/// <param name="Form">The files that the container consists of.</param>
/// <param name="Quantized">Mode of that conversion.</param>
/// <param name="Naming">Mode of that conversion.</param>
/// <param name="LeftBehind">Whether the record of the files described was left behind.</param>
/// <param name="Dtype">The type that numbers were narrowed to.</param>
internal sealed record OriginStep(
    ImmutableArray<string> Files, ImmutableArray<Hash128> Hashes, ModelFormat Made, Hash128 Digest, OutputForm Form,
    QuantizedMode Quantized, NamingMode Naming, bool LeftBehind, TensorType? Dtype)
{
    /// <summary>The options of that conversion that matter to its result.</summary>
    public ConversionOptions Options => new() { Quantized = Quantized, Naming = Naming, Dtype = Dtype, Loss = LossPolicy.Allow };

    /// <summary>The ancestry in which the file was converted.</summary>
    /// <exception cref="ModelPackException">The description of a carried tensor is damaged.</exception>
    public Ancestry Before(ModelFile file) => LeftBehind ? Ancestry.LeavingBehind(file) : Ancestry.Of(file);

    /// <summary>The conversion that a record states.</summary>
    public static OriginStep Of(OriginRecord record, ModelFormat made) => new(
        [.. record.Files.Select(file => file.Name)], [.. record.Files.Select(file => file.Hash)], made, record.ContainerDigest, record.Form,
        record.Quantized, record.Naming, record.LeftBehind, record.Dtype);
}

/// <summary>A file that the records of a container lead back to. A record is data in a file: whether it tells the truth is another
/// question.</summary>
/// <param name="container">The container at hand.</param>
/// <param name="holder">The file that holds the record: the container, or the ancestor that was made from this one.</param>
/// <param name="stated">The record, in terms of the payloads of <paramref name="holder"/>.</param>
/// <param name="record">The record, in terms of the payloads of <paramref name="container"/>.</param>
/// <param name="steps">The conversions that lead from this file to the container, the last one first.</param>
internal sealed class Ancestor(
    ModelFile container, ModelFile holder, OriginRecord stated, OriginRecord record, ImmutableArray<OriginStep> steps)
{
    private readonly Lazy<ModelFile> file = new(() => RestoredFile.Open(record, container));

    public ModelFile Holder => holder;

    public OriginRecord Stated => stated;

    public OriginRecord Record => record;

    public ImmutableArray<OriginStep> Steps => steps;

    /// <summary>The file. It reads from the container and owns nothing.</summary>
    /// <exception cref="ModelPackException">The record does not fit the container, or what it describes is no valid file.</exception>
    public ModelFile File => file.Value;

    /// <summary>Whether the metadata or the tensor list of the file that holds the record are others than the record knows.</summary>
    public bool IsHolderEdited() => stated.ContainerDigest != ContainerDigest.Compute(holder, stated.Form);
}

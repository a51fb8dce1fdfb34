using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ModelPack.IO;
using ModelPack.Tensors;
using ModelPack.Verification;
using ModelPack.Verification.Hashing;

namespace ModelPack;

/// <summary>
/// Hashes of a model that do not depend on its container: a model and everything that was converted from it, origin record included, have
/// the same. docs/hash.md says what exactly is hashed. Metadata are no part of it.
/// </summary>
public sealed class ModelHash
{
    private ModelHash(ImmutableArray<TensorHash> tensors, ImmutableArray<string> notes)
    {
        Tensors = tensors;
        Notes = notes;
        Model = FileHash.Format(Fold(tensors.Select(tensor => tensor.Identity)));
        Values = FileHash.Format(Fold(tensors.Select(tensor => tensor.Meaning)));
        Sha256 = tensors.Length > 0 && tensors.All(tensor => tensor.Sha256 is not null) ? Sha256Of(tensors) : null;
    }

    /// <summary>The tensors, sorted by the bytes of their names.</summary>
    public ImmutableArray<TensorHash> Tensors { get; }

    /// <summary>XXH128 over names, types, shapes and bytes of all tensors.</summary>
    public string Model { get; }

    /// <summary>XXH128 over names, shapes and decoded values of all tensors: also equal if a type was widened exactly.</summary>
    public string Values { get; }

    /// <summary>SHA-256 over names, types, shapes and the SHA-256 of the bytes of all tensors; null if it was not asked for.</summary>
    internal string? Sha256 { get; }

    /// <summary>How the path was understood, and why an origin record was not believed.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>Reads every payload once, on all processors.</summary>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    internal static ModelHash Compute(
        ModelFile file, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default) =>
        Compute(file, sha256: false, progress, cancellation);

    /// <summary>Reads every payload of an opened model once, on all processors.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// Console.WriteLine(ModelHash.Compute(model).Model);
    /// </code>
    /// </example>
    public static ModelHash Compute(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Compute(model.File, sha256: false, null, CancellationToken.None);
    }

    /// <summary>Reads every payload of the model at a path once, on all processors.</summary>
    /// <param name="path">The model.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">The file is of no known format, or breaks a rule of its format.</exception>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    /// <example>
    /// <code>
    /// Console.WriteLine(ModelHash.Compute("qwen.gguf").Model);
    /// </code>
    /// </example>
    public static ModelHash Compute(
        string path, PathScope scope = PathScope.Model, IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        using ModelPack.Model model = ModelPack.Model.Open(path, scope);
        return Compute(model.File, sha256: false, progress, cancellation);
    }

    /// <summary>The same of an opened model, on a thread of the pool.</summary>
    /// <param name="model">The model; it has to stay open until the work is done.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static Task<ModelHash> ComputeAsync(
        Model model, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelFile file = model.File;
        return Task.Run(() => Compute(file, sha256: false, progress, cancellation), cancellation);
    }

    /// <summary>The same, and SHA-256 of every payload.</summary>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    internal static ModelHash ComputeWithSha256(
        ModelFile file, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default) =>
        Compute(file, sha256: true, progress, cancellation);

    internal static ModelHash Compute(ModelFile file, bool sha256, IProgress<ConversionProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        WordedModel model = WordedModel.Original(file, cancellation);
        int[] first = SharedPayloads.First(model.Tensors);
        int[] largestFirst = [
            .. Enumerable.Range(0, first.Length).Where(i => first[i] == i).OrderByDescending(i => model.Tensors[i].ByteLength)];
        long total = largestFirst.Sum(i => model.Tensors[i].ByteLength);
        Workers.Counter counter = new(progress is null ? null : done => progress.Report(new(ConversionPhase.Proving, done, total)), total);
        TensorHash[] read = new TensorHash[first.Length];
        Workers.ForEach(
            largestFirst, (i, stop) => read[i] = TensorHasher.Compute(model.Source, model.Tensors[i], sha256, counter, stop), cancellation);
        IEnumerable<TensorHash> hashes = model.Tensors.Select(
            (tensor, i) => read[first[i]].Of(tensor.Name, tensor.Shape));
        return Of(
            hashes, model.Doubt is null
                ? ModelFile.PathsOf(file)
                : [.. ModelFile.PathsOf(file), $"{model.Doubt}; the tensors are hashed under the names that they have here"]);
    }

    internal static ModelHash Of(IEnumerable<TensorHash> tensors, ImmutableArray<string> notes) => new(
        [.. tensors.OrderBy(tensor => Encoding.UTF8.GetBytes(tensor.Name), ByBytes)], notes);

    private static Comparer<byte[]> ByBytes { get; } = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    // The fields are written as those of the other hashes, so that two models cannot give the same bytes (docs/hash.md).
    private static string Sha256Of(ImmutableArray<TensorHash> tensors)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        FieldBytes fields = new(bytes => hash.AppendData(bytes));
        fields.Number(tensors.Length);
        foreach (TensorHash tensor in tensors)
        {
            fields.Text(tensor.Name);
            fields.Text(tensor.Type);
            fields.Shape(tensor.Shape.AsSpan());
            hash.AppendData(Convert.FromHexString(tensor.Sha256!));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static UInt128 Fold(IEnumerable<UInt128> hashes)
    {
        UInt128[] all = [.. hashes];
        FieldHash whole = new();
        whole.Number(all.Length);
        foreach (UInt128 hash in all)
        {
            whole.Hash(hash);
        }

        return whole.Result;
    }

    /// <summary>For people: the hash of the model.</summary>
    public override string ToString() => Model;
}

using System.Collections.Immutable;
using System.IO.Hashing;
using System.Security.Cryptography;
using ModelPack.IO;

namespace ModelPack.Verification.Hashing;

/// <summary>The lines that llama.cpp's <c>llama-gguf-hash --xxh64 --sha256</c> prints: hashes of the payloads as stored, and of all of them
/// one after the other.</summary>
internal static class GgufHashLines
{
    /// <summary>Computes the lines.</summary>
    /// <param name="file">A model; tensors are named and ordered as in the oldest file that it comes from.</param>
    /// <param name="name">What the lines call the file.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ImmutableArray<string> Compute(
        ModelFile file, string name, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        WordedModel original = WordedModel.Original(file);
        ImmutableArray<TensorInfo> tensors = original.Tensors;
        long total = tensors.Sum(tensor => tensor.ByteLength);
        Workers.Counter counter = new(progress is null ? null : done => progress.Report(new(ConversionPhase.Proving, done, total)), total);
        using Hashes model = new();
        using Hashes own = new();
        ImmutableArray<string>.Builder lines = ImmutableArray.CreateBuilder<string>((tensors.Length + 1) * 2);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Chunks.Size);
        foreach (TensorInfo tensor in tensors)
        {
            for (long offset = 0; offset < tensor.ByteLength;)
            {
                cancellation.ThrowIfCancellationRequested();
                int length = (int)Math.Min(buffer.Length, tensor.ByteLength - offset);
                original.Source.ReadAt(tensor.Offset + offset, buffer.AsSpan(0, length));
                Parallel.Invoke(() => model.Append(buffer.AsSpan(0, length)), () => own.Append(buffer.AsSpan(0, length)));
                offset += length;
                counter.Add(length);
            }

            lines.AddRange(own.TakeLines($"{name}:{tensor.Name}"));
        }

        lines.AddRange(model.TakeLines(name));
        return lines.MoveToImmutable();
    }

    private sealed class Hashes : IDisposable
    {
        private readonly XxHash64 xxh64 = new();
        private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            xxh64.Append(bytes);
            sha256.AppendData(bytes);
        }

        public string[] TakeLines(string place)
        {
            string[] lines = [
                $"xxh64     {xxh64.GetCurrentHashAsUInt64():x16}  {place}",
                $"sha256    {Convert.ToHexStringLower(sha256.GetHashAndReset())}  {place}"];
            xxh64.Reset();
            return lines;
        }

        public void Dispose() => sha256.Dispose();
    }
}

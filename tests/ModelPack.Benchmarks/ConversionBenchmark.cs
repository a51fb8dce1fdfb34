using System.Globalization;
using ModelPack.IO;
using ModelPack.IO.Output;
using ModelPack.Models;

namespace ModelPack.Benchmarks;

/// <summary>Proved conversions against what the machine needs to copy, read and hash the same file, in one run.</summary>
internal sealed class ConversionBenchmark(string source, BenchmarkOptions options)
{
    private const string Copy = "cp";
    private const string CopyAndFlush = "cp and sync FILE";
    private const string ReadBoth = "read both files (one thread)";
    private const string Verify = "verify the pair GGUF, APR";

    // What is measured is moving bytes; widening makes seven times as many of them.
    private static readonly ConversionOptions Replace = new() { Existing = ExistingTarget.Replace, Quantized = QuantizedMode.Blocks };

    private static readonly NameChanges Unflushed = new UnflushedChanges();

    private readonly string apr = Path.Combine(options.Directory, "modelpack-benchmark.apr");
    private readonly string target = Path.Combine(options.Directory, "modelpack-benchmark-target.bin");
    private long childMemory;

    public void Run()
    {
        ModelConverter.Convert(source, apr, ModelFormat.Apr, Replace);
        long length = new FileInfo(source).Length;
        Race race = new(options.Rounds);
        race.Add(new(Copy, length, () => Child.Run("cp", source, target), DeleteTarget));
        race.Add(
            new(CopyAndFlush, length, () => Child.Run("sh", "-c", "cp \"$1\" \"$2\" && sync \"$2\"", "sh", source, target), DeleteTarget));
        race.Add(new("GGUF → APR, proved and flushed", length, () => Convert(source, ModelFormat.Apr, NameChanges.Flushed), DeleteTarget));
        race.Add(new("read", length, () => Read(source)));
        race.Add(new("read and XXH128", length, () => FileHash.Xxh128(source)));
        race.Add(new("GGUF → APR, proved", length, () => Convert(source, ModelFormat.Apr), DeleteTarget));
        race.Add(new("APR → GGUF (restore), proved", length, () => Convert(apr, ModelFormat.Gguf), DeleteTarget));
        race.Add(new("GGUF → SafeTensors, proved", length, () => Convert(source, ModelFormat.SafeTensors), DeleteTarget));
        race.Add(
            new("GGUF → APR, proved, new process", length,
                () => childMemory = Math.Max(childMemory, Child.Convert(source, target, ModelFormat.Apr)), DeleteTarget));
        AddTool(race, "dotnet-modelpack", options.Tool, length);
        AddTool(race, "the other dotnet-modelpack", options.Other, length);
        race.Add(new(ReadBoth, length * 2, () => { Read(source); Read(apr); }));
        race.Add(new(Verify, length * 2, VerifyPair));
        race.Add(new("inspect (open, header only)", length, () => ModelFiles.Open(source).Dispose()));
        race.Run();
        race.Print(Copy);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"verify runs at {race.Best(ReadBoth) / race.Best(Verify):P0} of the rate of reading; peak memory of the process GGUF → APR: "
                + $"{childMemory / 1e6:0} MB, header {HeaderLength() / 1e6:0.0} MB."));
        DeleteTarget();
        Delete(apr);
    }

    private void AddTool(Race race, string name, string? tool, long length)
    {
        if (tool is null)
        {
            return;
        }

        race.Add(
            new($"{name} convert", length,
                () => Child.Run(tool, "convert", source, target, "--to", "apr", "--quantized", "blocks", "--force"), DeleteTarget));
        race.Add(new($"{name} inspect", length, () => Child.Run(tool, "inspect", source)));
        race.Add(new($"{name} --version", length, () => Child.Run(tool, "--version")));
    }

    private static void Read(string path)
    {
        using FileByteSource file = new(path);
        FileHash.ForEachChunk(file, _ => { }, CancellationToken.None);
    }

    private static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(ModelConverter.CertificatePath(path));
    }

    private long HeaderLength()
    {
        using ModelFile file = ModelFiles.Open(source);
        return file.Tensors.Min(tensor => tensor.Offset);
    }

    // How long a flush takes is the disk's business, and cp does none: it is measured apart.
    private void Convert(string from, ModelFormat to, NameChanges? changes = null)
    {
        if (ModelConverter.Convert(from, target, to, Replace, changes ?? Unflushed).Level != ProofLevel.L3)
        {
            throw new InvalidOperationException("the conversion was not proved");
        }
    }

    private void VerifyPair()
    {
        if (!ModelVerifier.Verify(source, apr).Passed)
        {
            throw new InvalidOperationException("the pair differs");
        }
    }

    private void DeleteTarget() => Delete(target);
}

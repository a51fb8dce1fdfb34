using System.Globalization;
using ModelPack;
using ModelPack.Benchmarks;
using ModelPack.Models;

if (args is [Child.ConvertVerb, var from, var to, var format])
{
    Child.ConvertHere(from, to, Enum.Parse<ModelFormat>(format));
    return 0;
}

if (BenchmarkOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchmarkOptions.Usage);
    return 2;
}

if (options.Scan)
{
    new ScanBenchmark(options.Directory, options.Rounds).Run();
    return 0;
}

if (options is { Corners: not null, Tool: { } tool })
{
    new CornerBenchmark(tool, options).Run();
    return 0;
}

if (options.Door)
{
    new DoorBenchmark(options.Directory, options.Rounds).Run();
    return 0;
}

string model = Path.Combine(options.Directory, "modelpack-benchmark.gguf");
try
{
    if (options.SmallTensors)
    {
        SampleModel.WriteSmallTensors(model);
    }
    else
    {
        SampleModel.Write(model, options.Size);
    }

    using (ModelFile file = ModelFiles.Open(model))
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{file.Source.Length / 1e9:0.00} GB, {file.Tensors.Count} tensors, {Environment.ProcessorCount} processors, {options.Rounds} "
                + $"rounds\n"));
    }

    new ConversionBenchmark(model, options).Run();
    return 0;
}
finally
{
    File.Delete(model);
}

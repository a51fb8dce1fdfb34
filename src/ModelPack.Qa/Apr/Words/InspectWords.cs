using System.Globalization;
using System.Text.Json;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.IO.Json;
using ModelPack.Models;
using ModelPack.Tensors;
using ModelPack.Validation.Facts;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>rosetta inspect</c>, <c>inspect</c> and <c>tensors</c>.</summary>
internal static class InspectWords
{
    public static int Rosetta(AprCall call)
    {
        using ModelFile file = ModelFiles.Open(call.Model(0));
        IReadOnlyList<TensorInfo> tensors = TensorDescriptions.Logical(file);
        call.Answer(
            json =>
            {
                json.WriteString("format", Name(file.Format));
                json.WriteNumber("file_size", Weights(file));
                json.WriteNumber("total_params", tensors.Sum(tensor => (decimal)tensor.ElementCount));
                json.WriteNumber("tensor_count", tensors.Count);
                json.WriteStrings("tensor_names", tensors.Select(tensor => tensor.Name));
                Facts(json, file, "num_attention_heads");
                json.WriteString("quantization", MainType(tensors));
                json.WriteNumber("metadata_keys", file.Metadata.Count);
                List(json, tensors, _ => null, null);
            },
            () => Summary(file, tensors).Concat(tensors.Select(Line)));
        return AprExit.Done;
    }

    public static int Inspect(AprCall call)
    {
        string path = call.Model(0);
        using ModelFile file = ModelFiles.Open(path);
        IReadOnlyList<TensorInfo> tensors = TensorDescriptions.Logical(file);
        call.Answer(
            json =>
            {
                json.WriteString("file", path);
                json.WriteBoolean("valid", Apr(file) is not { } apr || IsFooterRight(apr));
                json.WriteString("format", file.Format == ModelFormat.Apr ? "APR v2" : Name(file.Format));
                json.WriteNumber("tensor_count", tensors.Count);
                json.WriteNumber(file.Format == ModelFormat.Apr ? "size_bytes" : "file_size", Weights(file));
                json.WriteNumber("total_params", tensors.Sum(tensor => (decimal)tensor.ElementCount));
                json.WriteString("quantization", MainType(tensors));
                Facts(json, file, "num_heads");
                AprDetails(json, file);
                json.WriteStartObject("metadata");
                HashSet<string> seen = [];
                foreach (MetadataEntry entry in file.Metadata.Where(entry => entry.Key != ModelFile.OriginKey && seen.Add(entry.Key)))
                {
                    json.WritePropertyName(entry.Key);
                    entry.Value.WriteJson(json, MaximumItems);
                }

                json.WriteEndObject();
            },
            () => Summary(file, tensors).Concat(file.Metadata.Select(entry => $"  {entry.Key}: {entry.Value.Display()}")));
        return AprExit.Done;
    }

    public static int Tensors(AprCall call)
    {
        string path = call.Model(0);
        string? filter = call.Value("--filter");
        int limit = call.Whole("--limit", 0);
        using Model model = Model.Open(path);
        TensorSummary[] tensors = call.Has("--stats")
            ? [.. ModelStatistics.Compute(model).Tensors]
            : [.. TensorDescriptions.Logical(model.File).Select(tensor => new TensorSummary(tensor, null, null))];
        tensors = [.. tensors.Where(one => filter is null || one.Tensor.Name.Contains(filter, StringComparison.Ordinal))];
        tensors = limit > 0 ? [.. tensors.Take(limit)] : tensors;
        Dictionary<string, TensorStatistics?> statistics = new(StringComparer.Ordinal);
        foreach (TensorSummary one in tensors)
        {
            statistics.TryAdd(one.Tensor.Name, one.Statistics);
        }

        call.Answer(
            json =>
            {
                json.WriteString("file", path);
                json.WriteString("format_version", model.File.FormatDescription);
                json.WriteNumber("tensor_count", tensors.Length);
                json.WriteNumber("total_size_bytes", tensors.Sum(one => one.Tensor.ByteLength));
                List(
                    json, [.. tensors.Select(one => InOwnOrder(model.Format, one.Tensor))], name => statistics.GetValueOrDefault(name),
                    model.Format);
            },
            () => tensors.Select(one => Line(one.Tensor)));
        return AprExit.Done;
    }

    /// <summary>The format as apr writes it.</summary>
    public static string Name(ModelFormat format) => format switch
    {
        ModelFormat.Gguf => "GGUF",
        ModelFormat.Apr => "APR",
        _ => "SafeTensors",
    };

    /// <summary>Bytes of the files that hold tensors, without companions.</summary>
    public static long Weights(ModelFile file) =>
        file.AllMembers.Count > 1
            ? file.AllMembers.Where(member => member is { Model: not null, IsSideFile: false }).Sum(member => member.Length)
            : file.Source.Length;

    private const int MaximumItems = 16;

    private static string? MainType(IReadOnlyList<TensorInfo> tensors) =>
        TypeShare.Of(tensors).FirstOrDefault() is { } share ? TensorTypes.Get(share.Type).Name : null;

    private static void Facts(Utf8JsonWriter json, ModelFile file, string heads)
    {
        ModelSettings settings = ModelSettings.Of(file, CompanionFiles.Of(file));
        json.WriteString("architecture", settings.Architecture ?? file.Architecture);
        foreach ((string name, SettingName setting) in new[]
        {
            ("hidden_size", SettingName.Hidden), ("num_layers", SettingName.Layers), (heads, SettingName.Heads),
            ("num_key_value_heads", SettingName.KeyValueHeads), ("vocab_size", SettingName.Vocabulary),
        })
        {
            json.Number(name, settings[setting]?.Values is [var value, ..] ? value : null);
        }
    }

    private static void AprDetails(Utf8JsonWriter json, ModelFile file)
    {
        if (Apr(file) is not { } apr)
        {
            return;
        }

        json.WriteString("version", string.Create(CultureInfo.InvariantCulture, $"{apr.VersionMajor}.{apr.VersionMinor}"));
        json.WriteBoolean("checksum_valid", IsFooterRight(apr));
        json.WriteStartObject("flags");
        foreach ((string name, AprFlags flag) in new[]
        {
            ("lz4_compressed", AprFlags.Lz4Compressed), ("zstd_compressed", AprFlags.ZstdCompressed), ("encrypted", AprFlags.Encrypted),
            ("signed", AprFlags.Signed), ("sharded", AprFlags.Sharded), ("quantized", AprFlags.Quantized),
            ("has_vocab", AprFlags.HasVocabulary), ("streaming", AprFlags.Streaming), ("has_model_card", AprFlags.HasModelCard),
            ("has_filterbank", AprFlags.HasFilterbank),
        })
        {
            json.WriteBoolean(name, apr.Flags.HasFlag(flag));
        }

        json.WriteEndObject();
    }

    // Beside the file may lie another, with the blocks that it has no type for.
    private static AprFile? Apr(ModelFile file) => file.First as AprFile;

    private static bool IsFooterRight(AprFile apr)
    {
        try
        {
            apr.CheckFooter();
            return true;
        }
        catch (ModelPackException)
        {
            return false;
        }
    }

    // 'apr tensors' lists a GGUF with its innermost dimension first, as it is stored (apr-rosetta.md §2).
    private static TensorInfo InOwnOrder(ModelFormat format, TensorInfo tensor) =>
        format == ModelFormat.Gguf ? tensor with { Shape = [.. tensor.Shape.Reverse()] } : tensor;

    private static void List(
        Utf8JsonWriter json, IReadOnlyList<TensorInfo> tensors, Func<string, TensorStatistics?> statistics, ModelFormat? speller)
    {
        json.WriteStartArray("tensors");
        foreach (TensorInfo tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteShape(tensor.Shape);
            string type = TensorTypes.Get(tensor.Type).Name;
            json.WriteString("dtype", speller == ModelFormat.Apr ? type.ToLowerInvariant() : type);
            json.WriteNumber("size_bytes", tensor.ByteLength);
            if (statistics(tensor.Name) is { } values)
            {
                json.Number("mean", values.Mean);
                json.Number("std", values.StandardDeviation);
                json.Number("min", values.Minimum);
                json.Number("max", values.Maximum);
                json.WriteNumber("nan_count", values.NaN);
                json.WriteNumber("inf_count", values.Infinity);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<string> Summary(ModelFile file, IReadOnlyList<TensorInfo> tensors) =>
    [
        $"Format: {Name(file.Format)}", $"File Size: {Weights(file)}", $"Tensors: {tensors.Count}",
        $"Architecture: {file.Architecture ?? "unknown"}", $"Quantization: {MainType(tensors) ?? "none"}",
    ];

    private static string Line(TensorInfo tensor) =>
        $"  {tensor.Name}  {TensorTypes.Get(tensor.Type).Name}  {TensorShape.Format(tensor.Shape.AsSpan())}";
}

using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.IO.Json;
using ModelPack.IO.Names;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Families;

/// <summary>The projections behind the pooling of an embedding model (formats/architectures, gemma-embedding): modules of their own in a
/// folder, two tensors of a GGUF. Without them the vector is another one of the same length.</summary>
internal static class DenseModules
{
    private const string Type = "sentence_transformers.models.Dense";
    private const string Suffix = ".Dense";
    private const string Identity = "torch.nn.modules.linear.Identity";
    private const string Weights = "model.safetensors";
    private const string Weight = "linear.weight";

    /// <summary>What a GGUF calls them, in their order.</summary>
    private static readonly string[] Names = ["dense_2", "dense_3"];

    public static ConfigPart Part { get; } = new RulePart(Read, Write);

    /// <summary>Whether a tensor of a GGUF is one of them.</summary>
    public static bool IsProjection(string tensor) => Names.Any(name => tensor == $"{name}.weight");

    private static void Read(ConfigReader draft)
    {
        if (draft.Folder.Find(Pooling.Modules) is not { } file)
        {
            return;
        }

        string[] folders = [
            .. ConfigObject.ParseList(draft.Folder.Path, file)
                .Where(module => module.Text("type")?.EndsWith(Suffix, StringComparison.Ordinal) == true)
                .Select(module => module.Text("path")?.TrimEnd('/') ?? "")];
        if (folders.Length > Names.Length)
        {
            draft.Obstruct($"{file.Name} names {folders.Length} modules of the type Dense, and there are tensors for {Names.Length}");
            return;
        }

        foreach ((string folder, string name) in folders.Zip(Names))
        {
            Read(draft, folder, name);
        }
    }

    private static void Read(ConfigReader draft, string folder, string name)
    {
        if (draft.Folder.Find($"{folder}/{CompanionNames.Config}") is not { } file
            || draft.Folder.Find($"{folder}/{Weights}") is not { } weights)
        {
            draft.Obstruct($"{Pooling.Modules} names the module {SafeText.Shorten(folder)}, whose {CompanionNames.Config} or {Weights} is "
                + $"missing");
            return;
        }

        ConfigObject module = ConfigObject.Parse(draft.Folder.Path, file);
        if (module.Text("activation_function") is not { } activation || !activation.EndsWith(".Identity", StringComparison.Ordinal))
        {
            draft.Obstruct($"{file.Name} has another activation_function than the identity");
        }

        SafeTensorsFile stored = SafeTensorsFile.Open(new MemoryByteSource(weights.Bytes, weights.Name));
        if (stored.Tensors is not [{ Name: Weight, Shape: [var rows, var columns] } matrix] || !IsPlain(matrix.Type))
        {
            draft.Obstruct($"{weights.Name} holds something else than the matrix {Weight}");
            return;
        }

        if (module.Count("in_features") != columns || module.Count("out_features") != rows)
        {
            throw module.Contradiction(
                $"{file.Name} does not say in_features {columns} and out_features {rows}, which {Weight} of {weights.Name} has");
        }

        draft.Count($"{name}_feat_in", columns);
        draft.Count($"{name}_feat_out", rows);
        draft.AddTensor($"{name}.weight", [rows, columns], Wide(stored, matrix));
    }

    private static bool IsPlain(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16;

    private static byte[] Wide(SafeTensorsFile stored, TensorInfo matrix)
    {
        byte[] bytes = stored.Source.ReadBytes(matrix.Offset, checked((int)matrix.ByteLength));
        if (matrix.Type == TensorType.F32)
        {
            return bytes;
        }

        float[] numbers = new float[bytes.Length / 2];
        TensorDecoder.Decode(matrix.Type, bytes, numbers);
        byte[] wide = new byte[numbers.Length * sizeof(float)];
        for (int item = 0; item < numbers.Length; item++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(wide.AsSpan(item * sizeof(float)), numbers[item]);
        }

        return wide;
    }

    private static void Write(ConfigWriter config)
    {
        foreach (string name in Names)
        {
            if (config.Derivation.FindTensor($"{name}.weight") is { } matrix)
            {
                Write(config, name, matrix);
            }
        }
    }

    private static void Write(ConfigWriter config, string name, TensorInfo matrix)
    {
        if (matrix.Shape is not [var rows, var columns] || config.OptionalCount($"{name}_feat_in") is { } input && input != columns
            || config.OptionalCount($"{name}_feat_out") is { } output && output != rows)
        {
            config.Refuse(
                $"{matrix.Name} has shape {TensorShape.Format(matrix.Shape.AsSpan())}, but {config.Key(name)}_feat_in and _feat_out say "
                    + $"something else");
            return;
        }

        if (!IsPlain(matrix.Type))
        {
            config.Note(
                $"the module of {matrix.Name} is left out: {TensorTypes.Get(matrix.Type).Name} blocks have no place in it",
                NoteRank.ChangesResults);
            return;
        }

        string folder = string.Create(CultureInfo.InvariantCulture, $"{config.Modules.Count + 2}_Dense");
        JsonFields fields = new();
        fields.Set("in_features", columns);
        fields.Set("out_features", rows);
        fields.Set("bias", false);
        fields.Set("activation_function", Identity);
        config.Modules.Add((folder, Type));
        config.AddFile($"{folder}/{CompanionNames.Config}", fields.Write);
        config.ModuleFiles.Add(new($"{folder}/{Weights}", File(config, matrix)));
    }

    private static byte[] File(ConfigWriter config, TensorInfo matrix)
    {
        StoredTensor stored = new(Weight, matrix.Type, matrix.Shape, matrix.ByteLength);
        byte[] payload = config.Derivation.ReadPayload(matrix);
        return [.. SafeTensorsWriter.Plan(new SafeTensorsModel([], [stored])).Segments.SelectMany(
            segment => segment is LiteralSegment literal ? literal.Bytes.ToArray() : payload)];
    }
}

using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.IO;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>The tensors of a checkpoint, translated by the table alone with the keys of its reference.gguf.</summary>
internal sealed class CheckpointTensors : IDisposable
{
    // Made of config.json, not of tensors; towers have a GGUF of their own; what the converter drops (architectures/nomic-bert-moe.md).
    private static readonly string[] Ignored = ["rope_freqs.weight"];
    private static readonly string[] Towers = [
        "vision_model.", "vision_tower.", "model.visual.", "multi_modal_projector.", "model.audio_tower.", "mlp.experts.bias", ".k_scale",
        ".v_scale"];

    // The prefix of a model with towers is for config.json to say.
    private static readonly (string Prefix, string Plain)[] Prefixes = [
        ("model.language_model.", "model."), ("language_model.model.", "model."), ("language_model.lm_head", "lm_head")];

    private readonly TempFolder temp = new();
    private readonly ReferenceTable reference;
    private readonly ModelFile folder;
    private readonly SmallList list;

    public CheckpointTensors(string name, string architecture)
    {
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), temp.Root);
        reference = ReferenceTable.Read(temp.Root)!;
        folder = ModelPack.Models.ModelFiles.Open(temp.At(CheckpointArchive.Folder));
        list = new SmallList(architecture).Keys(reference.File.Metadata);
        foreach (TensorInfo tensor in folder.Tensors)
        {
            list.Add(
                tensor.Name, tensor.Type, folder.Source.ReadBytes(tensor.Offset, checked((int)tensor.ByteLength)), [.. tensor.Shape]);
        }
    }

    /// <summary>What differs in either direction, apart from what a table does not make.</summary>
    public IEnumerable<string> Differences()
    {
        SmallList.Translated gguf = list.ToGguf();
        return [.. DifferencesOf(gguf), .. DifferencesBack(gguf)];
    }

    /// <summary>What differs on the way to GGUF.</summary>
    public IEnumerable<string> DifferencesToGguf() => DifferencesOf(list.ToGguf());

    private IEnumerable<string> DifferencesOf(SmallList.Translated gguf)
    {
        HashSet<string> missing = [.. reference.File.Tensors.Select(tensor => tensor.Name).Except(Ignored)];
        foreach (string name in gguf.Names)
        {
            if (!missing.Remove(name))
            {
                yield return $"{name} is not in the reference";
                continue;
            }

            TensorInfo tensor = reference.File.Tensors.Single(tensor => tensor.Name == name);
            ModelTensor made = gguf[name];
            if (made.Type != tensor.Type || !made.Shape.SequenceEqual(tensor.Shape))
            {
                yield return $"{name}: {made.Type} {TensorShape.Format(made.Shape.AsSpan())}, not {tensor.Type} "
                    + TensorShape.Format(tensor.Shape.AsSpan());
            }
            else if (ReferenceTable.HashOf(gguf.Bytes(name)) != reference.Hash(tensor))
            {
                yield return $"{name}: other bytes";
            }
        }

        foreach (string name in missing.Concat(
            gguf.Unplaced.Where(name => !Towers.Any(tower => name.Contains(tower, StringComparison.Ordinal)))))
        {
            yield return $"{name} is missing";
        }
    }

    private IEnumerable<string> DifferencesBack(SmallList.Translated gguf)
    {
        SmallList.Translated back = gguf.AsList().ToHuggingFace();
        foreach ((TensorInfo tensor, byte[] payload) in list.Tensors.Zip(list.Payloads)
            .Where(pair => !gguf.Unplaced.Contains(pair.First.Name)))
        {
            string name = Plain(tensor.Name);
            if (!back.Names.Contains(name))
            {
                yield return $"{tensor.Name} does not come back";
            }
            else if (!back[name].Shape.SequenceEqual(tensor.Shape))
            {
                yield return $"{tensor.Name} comes back as {TensorShape.Format(back[name].Shape.AsSpan())}";
            }
            else if (back[name].Type == tensor.Type && !gguf.Kept.Contains(tensor.Name)
                && !back.Bytes(name).AsSpan().SequenceEqual(payload))
            {
                yield return $"{tensor.Name} comes back with other bytes";
            }
        }
    }

    private static string Plain(string name) => Prefixes.FirstOrDefault(
        pair => name.StartsWith(pair.Prefix, StringComparison.Ordinal)) is { Prefix: { } prefix, Plain: { } plain }
        ? plain + name[prefix.Length..]
        : name;

    public void Dispose()
    {
        folder.Dispose();
        reference.Dispose();
        temp.Dispose();
    }
}

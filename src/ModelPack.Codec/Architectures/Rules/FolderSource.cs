using System.Collections.Frozen;
using ModelPack.Formats;

namespace ModelPack.Architectures.Rules;

/// <summary>What a Hugging Face folder says: its companion files, and its tensors under the folder's own names.</summary>
internal sealed class FolderSource(string path, IReadOnlyList<Companion> companions, IReadOnlyList<TensorInfo> tensors)
{
    private readonly FrozenDictionary<string, TensorInfo> names = tensors.ToFrozenDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    /// <summary>For messages.</summary>
    public string Path => path;

    public IReadOnlyList<Companion> Companions => companions;

    public IReadOnlyList<TensorInfo> Tensors => tensors;

    public Companion? Find(string file) => companions.FirstOrDefault(companion => companion.Name == file);

    public TensorInfo? FindTensor(string name) => names.GetValueOrDefault(name);
}

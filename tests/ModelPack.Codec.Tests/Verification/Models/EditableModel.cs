using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>A model in one format, taken apart: everything can be changed, and it is written as it then is, right or wrong.</summary>
internal abstract class EditableModel
{
    public abstract ModelFormat Format { get; }

    public List<EditableTensor> Tensors { get; } = [];

    /// <summary>The byte that paddings consist of.</summary>
    public byte Padding { get; set; }

    /// <summary>What follows the file.</summary>
    public byte[] Tail { get; set; } = [];

    /// <summary>Number of metadata keys.</summary>
    public abstract int KeyCount { get; }

    /// <summary>The tensor that GGUF calls by this name.</summary>
    public EditableTensor this[string ggufName] => Tensors.Single(tensor => tensor.Name == NameOf(ggufName));

    /// <summary>A tensor's name in this format.</summary>
    public string NameOf(string ggufName) => NameMatcher.For("qwen2", [])!.Translate(ggufName, ModelFormat.Gguf, Format);

    public abstract string KeyAt(int index);

    public abstract void RemoveKey(string key);

    public abstract void SwapKeys(int left, int right);

    public abstract void RenameKey(string key, string name);

    /// <summary>Sets or adds a text.</summary>
    public abstract void SetText(string key, string value);

    public abstract byte[] Build();
}

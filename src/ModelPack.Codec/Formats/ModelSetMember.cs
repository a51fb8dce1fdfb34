using System.Text;
using ModelPack.Diagnostics;
using ModelPack.IO;
using ModelPack.IO.Names;

namespace ModelPack;

/// <summary>A file of a model that consists of several.</summary>
public sealed class ModelSetMember
{
    private WeakReference<byte[]>? content;
    private readonly ByteSource source;

    internal ModelSetMember(string name, long start, long length, ModelFile? model, ByteSource source)
    {
        this.source = source;
        Name = name;
        Start = start;
        Length = length;
        Model = model;
    }

    /// <summary>Bare file name; of a companion in a sub-folder, its path relative to the model's folder, with '/'.</summary>
    public string Name { get; }

    /// <summary>Where it starts in the set's <see cref="ModelFile.Source"/>.</summary>
    internal long Start { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>The opened file, if it holds tensors; null for an index or a companion.</summary>
    public ModelFile? Model { get; }

    /// <summary>All bytes of a companion. Whoever needs them at one time has them in common, so nobody may change them; nobody holds them
    /// here.</summary>
    internal byte[] ReadFrom(ByteSource source)
    {
        if (content is not { } known || !known.TryGetTarget(out byte[]? bytes))
        {
            bytes = source.ReadBytes(Start, checked((int)Length));
            content = new(bytes);
        }

        return bytes;
    }

    /// <summary>The text of a companion, such as README.md.</summary>
    /// <exception cref="InvalidOperationException">The file holds tensors, or is larger than a text can be.</exception>
    /// <exception cref="InvalidDataException">Its bytes are not UTF-8.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("Qwen2.5-0.5B");
    /// if (model.File is ModelSet set &amp;&amp; set.Members.FirstOrDefault(member =&gt; member.Name == "README.md") is { } readme)
    /// {
    ///     Console.WriteLine(readme.ReadAllText());
    /// }
    /// </code>
    /// </example>
    public string ReadAllText()
    {
        if (Model is not null || Length > Array.MaxLength)
        {
            throw new InvalidOperationException(SafeText.Escape(
                Model is null ? $"'{Name}' has {Length} bytes, more than a text holds" : $"'{Name}' holds tensors and is no text"));
        }

        byte[] bytes = source.ReadBytes(0, (int)Length);
        try
        {
            return StrictUtf8.Encoding.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException(
                SafeText.Escape($"'{Name}' is not UTF-8 at byte {StrictUtf8.FirstInvalid(bytes)}"), exception);
        }
    }

    /// <summary>For people: name and length.</summary>
    public override string ToString() => SafeText.Escape($"{Name}: {Length} bytes");

    /// <summary>True for the file with the blocks of widened tensors.</summary>
    internal bool IsSideFile => SideFile.IsName(Name);
}

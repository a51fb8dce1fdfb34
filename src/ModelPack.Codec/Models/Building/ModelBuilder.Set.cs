using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models.Building;

namespace ModelPack;

/// <content>Metadata. A key that is there keeps the type that it has; a value that does not fit it is refused.</content>
public sealed partial class ModelBuilder
{
    /// <summary>Sets a key to a text.</summary>
    /// <param name="key">The key. Of several files the first is meant; <c>file:key</c> names another.</param>
    /// <param name="value">The text.</param>
    /// <exception cref="ModelPackException">The key cannot have this value.</exception>
    public ModelBuilder Set(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Set(key, (name, before) => BuilderValues.Text(Format, name, value, before));
    }

    /// <summary>Sets a key to true or false.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    public ModelBuilder Set(string key, bool value) => Set(key, (name, before) => BuilderValues.Flag(Format, name, value, before));

    /// <summary>Sets a key to a number: a new one of a GGUF gets the type i32, one that is there keeps its width.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    public ModelBuilder Set(string key, int value) =>
        Set(key, (name, before) => BuilderValues.Integer(Format, name, value, GgufValueType.Int32, before));

    /// <summary>Sets a key to a number: a new one of a GGUF gets the type u32, which most of its counts have; one that is there keeps its
    /// width.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    public ModelBuilder Set(string key, uint value) =>
        Set(key, (name, before) => BuilderValues.Integer(Format, name, value, GgufValueType.UInt32, before));

    /// <summary>Sets a key to a number: a new one of a GGUF gets the type i64, one that is there keeps its width.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    public ModelBuilder Set(string key, long value) =>
        Set(key, (name, before) => BuilderValues.Integer(Format, name, value, GgufValueType.Int64, before));

    /// <summary>Sets a key to a number: a new one of a GGUF gets the type f32, one that is there keeps its width.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    public ModelBuilder Set(string key, float value) =>
        Set(key, (name, before) => BuilderValues.Float(Format, name, value, GgufValueType.Float32, before));

    /// <summary>Sets a key to a number: a new one of a GGUF gets the type f64; one of type f32 that is there gets the nearest.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    public ModelBuilder Set(string key, double value) =>
        Set(key, (name, before) => BuilderValues.Float(Format, name, value, GgufValueType.Float64, before));

    /// <summary>Sets a key to a list of texts.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public ModelBuilder Set(string key, IEnumerable<string> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string[] texts = [.. value];
        if (Array.IndexOf(texts, null) >= 0)
        {
            throw new ArgumentException("a text of the list is null", nameof(value));
        }

        return Set(key, (name, before) => BuilderValues.Texts(Format, name, texts, before));
    }

    /// <summary>Sets a key to a list of numbers: a new one of a GGUF gets the type i32, one that is there keeps its width.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    public ModelBuilder Set(string key, IEnumerable<int> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int[] numbers = [.. value];
        return Set(key, (name, before) => BuilderValues.Integers(Format, name, numbers, before));
    }

    /// <summary>Sets a key to a list of float32 numbers.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    public ModelBuilder Set(string key, IEnumerable<float> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        float[] numbers = [.. value];
        return Set(key, (name, before) => BuilderValues.Floats(Format, name, numbers, before));
    }

    /// <summary>Sets a key to a value of exactly this type: one of <see cref="GgufValue"/>, or one that was read from a file of the same
    /// format.</summary>
    /// <inheritdoc cref="Set(string, string)"/>
    public ModelBuilder Set(string key, MetadataValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Set(key, (name, _) => BuilderValues.Exact(Format, name, value));
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key. Of several files the first is meant; <c>file:key</c> names another.</param>
    /// <exception cref="ModelPackException">There is no such key.</exception>
    public ModelBuilder Unset(string key)
    {
        (BuilderFile file, string name) = Place(key);
        return file.Unset(name) ? this : throw new ModelPackException(BuildingErrors.UnknownName, $"there is no key '{key}'");
    }

    private ModelBuilder Set(string key, Func<string, MetadataValue?, MetadataValue> make)
    {
        (BuilderFile file, string name) = Place(key);
        if (name is ModelFile.OriginKey or TensorDescriptions.Key)
        {
            throw new ModelPackException(BuildingErrors.BadValue, $"'{name}' is written by conversions only; it can be removed");
        }

        if (files.Exists(companion => companion.IsCompanion && companion.Name == name))
        {
            throw new ModelPackException(BuildingErrors.BadValue, $"'{name}' is a file beside the tensors; set it as a file");
        }

        MetadataValue? before = file.Find(name);
        if (before is null)
        {
            CheckKey(name);
        }

        file.Set(name, make(name, before));
        return this;
    }

    private void CheckKey(string key)
    {
        string? why = Format switch
        {
            ModelFormat.Gguf when key.AsSpan().ContainsAnyExceptInRange(' ', '~') || key.Length is 0 or > GgufFormat.MaximumKeyBytes =>
                "keys of GGUF are 1 to 65,535 printable ASCII characters",
            ModelFormat.Apr when AprFields.FindByAlias(key) is { } field => $"APR programs know it as an alias of '{field.Name}'; set that",
            _ when !StrictUtf8.CanWrite(key) => "it holds half a surrogate pair",
            _ => null,
        };
        if (why is not null)
        {
            throw new ModelPackException(BuildingErrors.IllegalName, $"the key '{key[..Math.Min(key.Length, 64)]}' cannot be set: {why}");
        }
    }

    // Keys of further files stand behind the name of their file, as a reader shows them.
    private (BuilderFile File, string Key) Place(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        BuilderFile? other = files.Find(
            file => !file.IsCompanion && file != First && key.StartsWith(file.Name + ":", StringComparison.Ordinal));
        return other is null ? (First, key) : (other, key[(other.Name.Length + 1)..]);
    }
}

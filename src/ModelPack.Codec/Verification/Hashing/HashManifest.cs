using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.IO;

namespace ModelPack.Verification.Hashing;

/// <summary>The hashes of a model as a text, one tensor a line (docs/hash.md).</summary>
internal static class HashManifest
{
    private const string FirstLine = "modelpack-manifest 1";
    private const string FirstLineWithSha256 = "modelpack-manifest 2";
    private const string NoHash = "-";
    private const int Fields = 6;
    private const int HashDigits = 32;
    private const int Sha256Digits = 64;
    private const long MaximumBytes = 256 << 20;

    /// <summary>Writes the manifest. The same tensors give the same text.</summary>
    public static string Write(ModelHash hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        StringBuilder text = new();
        text.Append(hashes.Sha256 is null ? FirstLine : FirstLineWithSha256).Append('\n');
        text.Append("model ").Append(hashes.Model).Append('\n');
        text.Append("values ").Append(hashes.Values).Append('\n');
        if (hashes.Sha256 is not null)
        {
            text.Append("sha256 ").Append(hashes.Sha256).Append('\n');
        }

        foreach (TensorHash tensor in hashes.Tensors)
        {
            string values = tensor.Values is { } hash ? FileHash.Format(hash) : NoHash;
            string shape = string.Create(CultureInfo.InvariantCulture, $"[{string.Join(',', tensor.Shape)}]");
            string name = SafeText.EscapeJson(JsonEncodedText.Encode(tensor.Name).Value);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{FileHash.Format(tensor.Identity)} {FileHash.Format(tensor.Payload)} {values} "
                    + $"{(hashes.Sha256 is null ? "" : tensor.Sha256 + " ")}{tensor.Type} {shape} \"{name}\"\n");
        }

        return text.ToString();
    }

    /// <summary>Reads a manifest and checks that it agrees with itself.</summary>
    /// <exception cref="ModelPackException">It is no manifest, or a line was edited.</exception>
    public static ModelHash Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using FileByteSource source = new(path);
        byte[] start = source.ReadBytes(0, (int)Math.Min(source.Length, FirstLine.Length + 1));
        bool hasSha256 = Encoding.Latin1.GetString(start) == FirstLineWithSha256 + "\n";
        if (!hasSha256 && Encoding.Latin1.GetString(start) != FirstLine + "\n")
        {
            throw Bad(path, 1, $"it does not begin with '{FirstLine}' or '{FirstLineWithSha256}'");
        }

        if (source.Length > MaximumBytes)
        {
            throw Bad(path, 1, $"the file has {source.Length} bytes, and a manifest {MaximumBytes} at most");
        }

        int front = hasSha256 ? 4 : 3;

        string[] lines = Encoding.UTF8.GetString(source.ReadBytes(0, (int)source.Length)).Split('\n');
        if (lines.Length < front + 1 || lines[^1].Length > 0)
        {
            throw Bad(path, lines.Length, "it ends too early");
        }

        ModelHash hashes = ModelHash.Of(lines[front..^1].Select((line, i) => Tensor(path, line, i + front + 1, hasSha256)).ToArray(), []);
        HashSet<string> names = new(StringComparer.Ordinal);
        return hashes.Tensors.FirstOrDefault(tensor => !names.Add(tensor.Name)) is { } twin
            ? throw Bad(path, front + 1, $"the tensor '{twin.Name}' stands twice")
            : lines[1] != $"model {hashes.Model}" ? throw Bad(path, 2, "the hash of the model does not follow from the tensors")
            : lines[2] != $"values {hashes.Values}" ? throw Bad(path, 3, "the hash of the values does not follow from the tensors")
            : hasSha256 && lines[3] != $"sha256 {hashes.Sha256}" ? throw Bad(path, 4, "the SHA-256 does not follow from the tensors")
            : hashes;
    }

    private static TensorHash Tensor(string path, string line, int number, bool hasSha256)
    {
        string[] fields = line.Split(' ', hasSha256 ? Fields + 1 : Fields);
        string? sha256 = hasSha256 && fields.Length > Fields ? fields[3] : null;
        fields = sha256 is null ? fields : [.. fields[..3], .. fields[4..]];
        if ((hasSha256 && !IsSha256(sha256)) || fields.Length < Fields || !TryHash(fields[0], out UInt128 identity)
            || !TryHash(fields[1], out UInt128 payload))
        {
            throw Bad(path, number, "it is not 'hash hash hash type shape \"name\"'");
        }

        UInt128 values = 0;
        if (fields[2] != NoHash && !TryHash(fields[2], out values))
        {
            throw Bad(path, number, "the third hash is none");
        }

        try
        {
            using JsonDocument shape = JsonDocument.Parse(fields[4]);
            using JsonDocument name = JsonDocument.Parse(fields[5]);
            TensorHash tensor = new(
                name.RootElement.GetString() ?? throw new FormatException("the name is null"),
                fields[3],
                [.. shape.RootElement.EnumerateArray().Select(dimension => dimension.GetInt64())],
                payload,
                fields[2] == NoHash ? null : values)
            {
                Sha256 = sha256,
            };
            return tensor.Identity == identity
                ? tensor
                : throw Bad(path, number, "the first hash does not follow from the rest of the line");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw Bad(path, number, $"shape or name cannot be read: {exception.Message.TrimEnd('.')}");
        }
    }

    private static bool IsSha256(string? digits) => digits?.Length == Sha256Digits && digits.All(digit => char.IsAsciiHexDigitLower(digit));

    private static bool TryHash(string digits, out UInt128 hash)
    {
        hash = 0;
        return digits.Length == HashDigits
            && UInt128.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out hash);
    }

    private static ModelPackException Bad(string path, int line, string why) =>
        new(ManifestErrors.BadManifest, $"line {line}: {why}") { FilePath = path };
}

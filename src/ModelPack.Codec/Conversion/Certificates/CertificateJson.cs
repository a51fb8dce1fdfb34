using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelPack.Conversion;
using ModelPack.Conversion.Certificates;
using ModelPack.IO;

namespace ModelPack;

/// <summary>The JSON form of a <see cref="Certificate"/>. docs/json.md describes it.</summary>
/// <example>
/// <code>
/// Certificate certificate = CertificateJson.Read("qwen.apr.modelpack.json");
/// CertifiedFile source = certificate.Source;
/// Console.WriteLine($"{source.Name}, {source.Bytes} bytes: {certificate.Level}, {certificate.Meaning}");
/// foreach (CertifiedTensor tensor in certificate.Tensors.Where(tensor =&gt; tensor.Action != TensorAction.Copy))
/// {
///     TensorLoss? loss = tensor.Loss;                        // of a narrowed tensor
///     Console.WriteLine($"{tensor.SourceName} is {tensor.Name}: {tensor.Action} {loss?.Absolute}");
/// }
/// </code>
/// </example>
public static class CertificateJson
{
    internal const int Schema = 1;
    internal const string Infinite = "infinity";

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The bytes of a certificate file.</summary>
    public static byte[] ToUtf8(Certificate certificate)
    {
        ArrayBufferWriter<byte> text = new();
        Write(text, certificate);
        return text.WrittenSpan.ToArray();
    }

    /// <summary>Writes the bytes of a certificate file.</summary>
    internal static void Write(IBufferWriter<byte> text, Certificate certificate)
    {
        using (Utf8JsonWriter json = new(text, Indented))
        {
            CertificateWriter.Write(json, certificate);
        }

        text.Write("\n"u8);
    }

    /// <summary>Reads a certificate file.</summary>
    /// <exception cref="ModelFormatException">It is not a certificate.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Certificate Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] text = RegularFile.ReadAllBytes(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return CertificateReader.Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or ArgumentException)
        {
            throw new ModelFormatException(
                ProofErrors.BadCertificate, $"it cannot be read as a certificate: {exception.Message}", 0, exception) { FilePath = path };
        }
    }
}

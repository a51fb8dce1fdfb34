using System.Text.Json;
using ModelPack.Codec.Proof;

namespace ModelPack.Tool.Output.Json;

// Stands in until the library brings its own.
internal static class CertificateJson
{
    public static void Write(Utf8JsonWriter writer, Certificate certificate) =>
        throw new NotSupportedException();
}

using System.Text;
using ModelPack.Diagnostics;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>The bytes of a certificate are fixed: what was written is read, and is what would be written.</summary>
[TestClass]
public sealed class CertificateBytesTests
{
    // Every word that a certificate can hold.
    private const string Every = """
        {
          "schema": 1,
          "tool": "ModelPack 0.1.0",
          "level": "L3",
          "meaning": "carried",
          "meaning_reasons": [
            "a reason"
          ],
          "source": {
            "name": "m",
            "format": "SafeTensors",
            "bytes": 6,
            "xxh128": "00000000000000000000000000000001",
            "sha256": "11",
            "parts": [
              {
                "name": "m.safetensors",
                "bytes": 4,
                "xxh128": "00000000000000000000000000000002",
                "sha256": "12"
              },
              {
                "name": "1_Pooling/config.json",
                "bytes": 2,
                "xxh128": "00000000000000000000000000000003"
              }
            ]
          },
          "output": {
            "name": "m.gguf",
            "format": "Gguf",
            "bytes": 7,
            "xxh128": "00000000000000000000000000000004"
          },
          "left_out": [
            {
              "name": "notes.pdf",
              "bytes": 3,
              "reason": null,
              "part": false
            },
            {
              "name": "m-2.gguf",
              "bytes": 3,
              "reason": "a part of another model",
              "part": true
            }
          ],
          "options": {
            "naming": "Native",
            "quantized": "Auto"
          },
          "tensors": [
            {
              "name": "a",
              "source_name": "model.a",
              "type": "BF16",
              "shape": [
                2,
                3
              ],
              "action": "Copy",
              "xxh128": "00000000000000000000000000000005",
              "finite": "Finite",
              "non_finite": 0,
              "loss": {
                "type": "F16",
                "absolute": "infinity",
                "absolute_element": 1,
                "relative": 0.5,
                "relative_element": 2
              }
            }
          ],
          "notes": [
            "one",
            "two",
            "three"
          ],
          "note_ranks": [
            "changes-results",
            "may-be-missed",
            "without-effect"
          ]
        }

        """;

    [TestMethod]
    public void Every_word_is_read_as_what_it_meant()
    {
        Certificate read = Read(Every);
        Assert.AreEqual((ProofLevel.L3, Meaning.Carried), (read.Level, read.Meaning));
        Assert.AreEqual((ModelFormat.SafeTensors, ModelFormat.Gguf), (read.Source.Format, read.Output.Format));
        Assert.AreEqual("11 12", $"{read.Source.Sha256} {read.Source.Parts[0].Sha256}");
        CollectionAssert.AreEqual(
            new[] { NoteRank.ChangesResults, NoteRank.MayBeMissed, NoteRank.WithoutEffect }, read.NoteRanks.ToArray());
        Assert.AreEqual((double.PositiveInfinity, 0.5), (read.Tensors[0].Loss!.Absolute, read.Tensors[0].Loss!.Relative));
        Assert.AreEqual(" True", $"{read.LeftOut[0].Reason} {read.LeftOut[1].IsPart}");
    }

    [TestMethod]
    [DataRow("\"L3\"", "\"L0\"", ProofLevel.L0)]
    [DataRow("\"L3\"", "\"L1\"", ProofLevel.L1)]
    [DataRow("\"L3\"", "\"L2\"", ProofLevel.L2)]
    [DataRow("\"carried\"", "\"runs\"", Meaning.Runs)]
    [DataRow("\"carried\"", "\"partial\"", Meaning.Partial)]
    [DataRow("\"SafeTensors\"", "\"Apr\"", ModelFormat.Apr)]
    [DataRow("\"Copy\"", "\"Carry\"", TensorAction.Carry)]
    [DataRow("\"Copy\"", "\"Swap\"", TensorAction.Swap)]
    [DataRow("\"Copy\"", "\"Move\"", TensorAction.Move)]
    [DataRow("\"Copy\"", "\"Widen\"", TensorAction.Widen)]
    [DataRow("\"Copy\"", "\"Change\"", TensorAction.Change)]
    [DataRow("\"Copy\"", "\"Keep\"", TensorAction.Keep)]
    [DataRow("\"Finite\"", "\"NonFinite\"", FiniteStatus.NonFinite)]
    [DataRow("\"Finite\"", "\"NotChecked\"", FiniteStatus.NotChecked)]
    public void Every_other_word_as_well(string word, string other, Enum meaning)
    {
        string text = Every.Replace(word, other, StringComparison.Ordinal);
        Certificate read = Read(text);
        Enum[] meant = [read.Level, read.Meaning!, read.Source.Format, read.Tensors[0].Action, read.Tensors[0].Finite];
        CollectionAssert.Contains(meant, meaning);
        Assert.AreEqual(text, Encoding.UTF8.GetString(CertificateJson.ToUtf8(read)));
    }

    [TestMethod]
    [DataRow("mix.apr")]
    [DataRow("folder")]
    [DataRow("mix.safetensors")]
    [DataRow("parts")]
    [DataRow("model.gguf")]
    [DataRow("shards")]
    public void What_0_1_0_wrote_is_what_would_be_written(string output)
    {
        string path = RepositoryData.Path("written-by", "0.1.0", output + ".modelpack.json");
        Assert.AreEqual(File.ReadAllText(path), Encoding.UTF8.GetString(CertificateJson.ToUtf8(CertificateJson.Read(path))));
    }

    private static Certificate Read(string text)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            Certificate read = CertificateJson.Read(path);
            Assert.AreEqual(text, Encoding.UTF8.GetString(CertificateJson.ToUtf8(read)));
            return read;
        }
        finally
        {
            File.Delete(path);
        }
    }
}

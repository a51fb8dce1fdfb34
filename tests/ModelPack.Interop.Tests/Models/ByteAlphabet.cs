using System.Text;

namespace ModelPack.Interop.Tests.Models;

/// <summary>The letters that stand for bytes in byte-level BPE (hf-companions.md §2.2).</summary>
internal static class ByteAlphabet
{
    private static readonly int[] Printable = [.. Enumerable.Range(33, 94), .. Enumerable.Range(161, 12), .. Enumerable.Range(174, 82)];

    private static readonly char[] Letters = [.. Enumerable.Range(0, 256).Select(Letter)];

    /// <summary>The letters in the order in which GPT-2 numbers its first tokens.</summary>
    public static IEnumerable<string> Tokens =>
        Printable.Concat(Enumerable.Range(0, 256).Except(Printable)).Select(value => Letters[value].ToString());

    public static string Encode(string text) => new([.. Encoding.UTF8.GetBytes(text).Select(value => Letters[value])]);

    private static char Letter(int value) =>
        (char)(Printable.Contains(value) ? value : 256 + Enumerable.Range(0, value).Except(Printable).Count());
}

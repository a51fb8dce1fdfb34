using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using ModelPack.Diagnostics;
using ModelPack.IO;

namespace ModelPack.Models;

/// <summary>What files begin with that people and downloads put where a model or its companion belongs.</summary>
internal static partial class ForeignFile
{
    /// <summary>Bytes that decide. A Git LFS pointer is shorter by its own specification.</summary>
    public const int FirstBytes = 1024;

    private const int EntryName = 30;
    private const int TarMagic = 257;
    private const int LongestCharacter = 4;

    // What ends in these is read as what its ending says; the others are texts for people, which may begin as they like.
    private static readonly string[] ReadCompanions = [".json", ".model", ".tiktoken"];

    // In the order in which they are tried: what begins with a number of its own before what is text.
    private static readonly Beginning[] Table =
    [
        new(ForeignFileErrors.PyTorch, first => first.StartsWith("PK\x03\x04"u8) && IsTorchEntry(EntryOf(first)),
            "the first bytes are those of a PyTorch zip file"),
        new(ForeignFileErrors.NumPy, first => first.StartsWith("PK\x03\x04"u8) && EntryOf(first).EndsWith(".npy", StringComparison.Ordinal),
            "the first bytes are those of an .npz file"),
        new(ForeignFileErrors.Archive, first => first.StartsWith("PK\x03\x04"u8)
            || first.StartsWith("PK\x05\x06"u8), "the first bytes are those of a zip archive, such as PyTorch writes too"),
        new(ForeignFileErrors.PyTorch, IsPickle, "the first bytes are those of a Python pickle"),
        new(ForeignFileErrors.NumPy, first => Begins(first, [0x93, .. "NUMPY"u8]), "the first bytes are those of an .npy file"),
        new(ForeignFileErrors.Onnx, OnnxBeginning.Matches, "the first bytes are those of an ONNX graph"),
        new(ForeignFileErrors.LegacyGgml, IsWhisper, "the first bytes are those of a whisper.cpp model"),
        new(ForeignFileErrors.LegacyGgml, first => IsLegacy(first, "ggml"u8),
            "the first bytes are those of GGML, the layout without a version"),
        new(ForeignFileErrors.LegacyGgml, first => IsLegacy(first, "ggmf"u8), "the first bytes are those of GGMF"),
        new(ForeignFileErrors.LegacyGgml, first => IsLegacy(first, "ggjt"u8), "the first bytes are those of GGJT"),
        new(ForeignFileErrors.LegacyGgml, first => IsLegacy(first, "ggla"u8), "the first bytes are those of GGLA, an adapter"),
        new(ForeignFileErrors.OtherProgram, first => Begins(first, [0x89, .. "HDF\r\n"u8, 0x1A]),
            "the first bytes are those of HDF5, such as Keras writes"),
        new(ForeignFileErrors.OtherProgram, first => first.Length >= 8 && first[4..8].SequenceEqual("TFL3"u8),
            "the first bytes are those of TensorFlow Lite"),
        new(ForeignFileErrors.Archive, first => Begins(first, [0x1F, 0x8B, 0x08]), "the first bytes are those of gzip"),
        new(ForeignFileErrors.Archive, first => Begins(first, [0x28, 0xB5, 0x2F, 0xFD]), "the first bytes are those of Zstandard"),
        new(ForeignFileErrors.Archive, first => Begins(first, [0xFD, .. "7zXZ"u8, 0]), "the first bytes are those of xz"),
        new(ForeignFileErrors.Archive, first => Begins(first, [.. "Rar!"u8, 0x1A, 0x07]), "the first bytes are those of RAR"),
        new(ForeignFileErrors.Archive, first => Begins(first, [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C]), "the first bytes are those of 7-Zip"),
        new(ForeignFileErrors.Archive, first => first.StartsWith("BZh"u8) && first.Length > 9
            && Begins(first[4..], [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]), "the first bytes are those of bzip2"),
        new(ForeignFileErrors.Archive, first => first.Length >= TarMagic + 5 && first[TarMagic..].StartsWith("ustar"u8),
            "the first bytes are those of a tar archive"),
        new(ForeignFileErrors.Page, first => BeginsAsText(first, "<!doctype html", "<html", "<head", "<?xml", "<!--", "<script", "<error>"),
            "the first bytes are those of an HTML or XML page"),
        new(ForeignFileErrors.Page,
            first => BeginsAsText(
                first, "Entry not found", "Repository not found", "Access to model", "Invalid username or password", "Invalid credentials",
                "Not Found", "Forbidden", "Unauthorized", "Access denied", "Too many requests", "Rate limit", "Internal server error",
                "Bad gateway", "Service unavailable", "404: Not Found", "401 ", "403 ", "404 ", "429 ", "500 ", "502 ", "503 "),
            "the text is the refusal of a server"),
        new(ForeignFileErrors.Page, first => IsJson(first) && ErrorAnswer().IsMatch(TextOf(first)),
            "the text is a server's JSON with an error"),
        new(ForeignFileErrors.Json, IsJson, "the first bytes are those of JSON"),
    ];

    private delegate bool Recognizer(ReadOnlySpan<byte> first);

    /// <exception cref="ModelFormatException">The file is recognised as something that is no model.</exception>
    public static void RefuseAsModel(ByteSource source)
    {
        if (Find(source, _ => true) is { } error)
        {
            throw error;
        }
    }

    /// <exception cref="ModelFormatException">The companion is no text of its kind, but stands for another file or took its
    /// place.</exception>
    public static void RefuseAsCompanion(ByteSource source, string name)
    {
        bool isRead = ReadCompanions.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        if (Find(
            source, code => code == ForeignFileErrors.LfsPointer
                || (isRead && code != ForeignFileErrors.Json && code != ForeignFileErrors.Empty && code != ForeignFileErrors.Text))
            is { } error)
        {
            throw error;
        }
    }

    private static ModelFormatException? Find(ByteSource source, Predicate<ErrorCode> counts)
    {
        byte[] first = source.ReadBytes(0, (int)Math.Min(FirstBytes, source.Length));
        (ErrorCode Code, string Detail)? found = first.Length == 0 ? (ForeignFileErrors.Empty, "there is nothing in it")
            : !first.AsSpan().ContainsAnyExcept((byte)0) ? (ForeignFileErrors.Empty, $"its first {first.Length} bytes are zeros")
            : Text(first).IsEmpty ? (ForeignFileErrors.Empty, $"its first {first.Length} bytes are white space")
            : PointerDetail(first) is { } pointer ? (ForeignFileErrors.LfsPointer, pointer)
            : Table.FirstOrDefault(row => row.Matches(first)) is { Code: { } code } row ? (code, row.Detail)
            : IsText(first) ? (ForeignFileErrors.Text, TextDetail(source.Name, first))
            : null;
        return found is { } what && counts(what.Code) ? new(what.Code, what.Detail) { FilePath = source.Name } : null;
    }

    // What a link leads to may be a secret of this machine, and a log may be public.
    private static string TextDetail(string path, byte[] first) =>
        File.Exists(path) && (new FileInfo(path).LinkTarget ?? new FileInfo(path).Directory?.LinkTarget) is not null
            ? $"it is text, and a link leads to it: '{RealPath.Of(path)}'"
            : $"it begins with the text '{SafeText.Shorten(FirstLine(first))}'";

    // The keys after the first are sorted; others may stand between them.
    private static string? PointerDetail(byte[] first)
    {
        string text = TextOf(Text(first));
        if (!PointerVersion().IsMatch(text))
        {
            return null;
        }

        string size = PointerSize().Match(text) is { Success: true } length ? $"{length.Groups[1].Value} bytes" : "an unknown size";
        string hash = PointerHash().Match(text) is { Success: true } sha ? $" and the SHA-256 {sha.Groups[1].Value}" : "";
        return $"it stands for a file of {size}{hash}";
    }

    // The name of the first entry of a zip archive (APPNOTE 4.3.7).
    private static string EntryOf(ReadOnlySpan<byte> first)
    {
        if (first.Length <= EntryName)
        {
            return "";
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(first[26..]);
        return Encoding.Latin1.GetString(first.Slice(EntryName, Math.Min(length, first.Length - EntryName)));
    }

    private static bool IsTorchEntry(string name) =>
        name.EndsWith("/data.pkl", StringComparison.Ordinal) || name.EndsWith("/version", StringComparison.Ordinal)
        || name.EndsWith("/.format_version", StringComparison.Ordinal)
        || name.EndsWith("/byteorder", StringComparison.Ordinal) || name == "data.pkl";

    // PROTO with a version from 2 on, and an opcode that a pickle of a container or of torch's own magic number begins with. Version 0 is
    // text: MARK, DICT or LIST, PUT of the first memo; or GLOBAL with a module and a name on lines of their own.
    private static bool IsPickle(ReadOnlySpan<byte> first) =>
        first.StartsWith("(dp0\n"u8) || first.StartsWith("(lp0\n"u8) || first.StartsWith("ccollections\nOrderedDict\n"u8)
        || first.Length > 2 && first[0] == 0x80 && first[1] is >= 2 and <= 5
        && first[2] is 0x8A or 0x95 or (byte)'}' or (byte)']' or (byte)')' or (byte)'(' or (byte)'c' or (byte)'X' or 0x8C;

    // The magic is a number in the byte order of the machine: 'ggml' is written as 'lmgg'.
    private static bool IsLegacy(ReadOnlySpan<byte> first, ReadOnlySpan<byte> magic) =>
        first.StartsWith([magic[3], magic[2], magic[1], magic[0]]) || first.StartsWith(magic);

    // whisper.cpp kept the oldest magic; its vocabularies have sizes of their own.
    private static bool IsWhisper(ReadOnlySpan<byte> first) =>
        first.Length >= 8 && first.StartsWith("lmgg"u8) && BinaryPrimitives.ReadUInt32LittleEndian(first[4..]) is >= 51864 and <= 51866;

    private static bool IsJson(ReadOnlySpan<byte> first)
    {
        ReadOnlySpan<byte> text = Text(first);
        return text.Length > 0 && text[0] is (byte)'{' or (byte)'[' && text[..Math.Min(16, text.Length)].IndexOfAnyInRange<byte>(0, 8) < 0;
    }

    private static bool Begins(ReadOnlySpan<byte> first, ReadOnlySpan<byte> beginning) => first.StartsWith(beginning);

    private static bool BeginsAsText(ReadOnlySpan<byte> first, params ReadOnlySpan<string> words)
    {
        string text = TextOf(Text(first));
        foreach (string word in words)
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    // Windows' programs write UTF-16 with a mark: its letters are every other byte.
    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> first) =>
        (first.StartsWith("\uFEFF"u8) ? first[3..]
            : first.Length > 3 && Begins(first, [0xFF, 0xFE]) && first[3] == 0 ? EveryOther(first[2..])
            : first.Length > 3 && Begins(first, [0xFE, 0xFF]) && first[2] == 0 ? EveryOther(first[3..])
            : first).TrimStart(" \t\r\n"u8);

    private static byte[] EveryOther(ReadOnlySpan<byte> bytes)
    {
        byte[] letters = new byte[(bytes.Length + 1) / 2];
        for (int i = 0; i < letters.Length; i++)
        {
            letters[i] = bytes[2 * i];
        }

        return letters;
    }

    // UTF-8 without control characters; the last character may be cut.
    private static bool IsText(ReadOnlySpan<byte> first)
    {
        ReadOnlySpan<byte> text = Text(first);
        return !text.ContainsAnyInRange((byte)0, (byte)8) && !text.ContainsAnyInRange((byte)14, (byte)31)
            && StrictUtf8.FirstInvalid(text) > text.Length - LongestCharacter;
    }

    private static string FirstLine(ReadOnlySpan<byte> first)
    {
        ReadOnlySpan<byte> text = Text(first);
        int end = text.IndexOfAny("\r\n"u8);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    private static string TextOf(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    [GeneratedRegex(@"\Aversion https://(git-lfs|hawser)\.github\.com/spec/", RegexOptions.CultureInvariant)]
    private static partial Regex PointerVersion();

    [GeneratedRegex(@"^size ([0-9]{1,19})\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex PointerSize();

    [GeneratedRegex(@"^oid sha256:([0-9a-f]{64})\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex PointerHash();

    [GeneratedRegex(@"\A\s*\{\s*""(error|message|detail)""\s*:\s*[""{]", RegexOptions.CultureInvariant)]
    private static partial Regex ErrorAnswer();

    /// <summary>One row: how a kind of file is recognised.</summary>
    /// <param name="Code">Its error, which has the remedy.</param>
    /// <param name="Matches">Decides by the first bytes.</param>
    /// <param name="Detail">What was seen.</param>
    private readonly record struct Beginning(ErrorCode Code, Recognizer Matches, string Detail);
}

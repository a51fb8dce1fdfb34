using System.Text;

namespace ModelPack.Diagnostics.Logs;

/// <summary>A JSON document that may be printed into a log: no text in it is a command or a diagnostic to the program that reads the
/// log.</summary>
internal static class JsonForLogs
{
    /// <summary>Escapes within the strings of a document; the document means the same afterwards.</summary>
    public static string Escape(string document)
    {
        StringBuilder safe = new(document.Length);
        for (int position = 0; position < document.Length;)
        {
            int open = document.IndexOf('"', position);
            if (open < 0)
            {
                safe.Append(document, position, document.Length - position);
                break;
            }

            int close = ClosingQuote(document, open + 1);
            safe.Append(document, position, open + 1 - position)
                .Append(Content(document[(open + 1)..close], close + 1 < document.Length && document[close + 1] == ':')).Append('"');
            position = close + 1;
        }

        return safe.ToString();
    }

    // Quote and colon behind a name are the document's own, so that a name that ends in "error X" would complete a diagnostic.
    private static string Content(string content, bool isName) =>
        isName ? SafeText.EscapeJson($"\"{content}\":")[1..^2] : SafeText.EscapeJson(content);

    private static int ClosingQuote(string document, int start)
    {
        int position = start;
        while (document[position] != '"')
        {
            position += document[position] == '\\' ? 2 : 1;
        }

        return position;
    }
}

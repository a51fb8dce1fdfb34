using System.Net;
using System.Text;
using ModelPack.Diagnostics;

namespace ModelPack.Tool.Output.Html;

/// <summary>The text of one page. What comes from a file passes through <see cref="Escape"/>: it can neither make an element nor reorder
/// the text around it.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder text = new();

    public static string Escape(string text) => WebUtility.HtmlEncode(SafeText.Escape(text));

    /// <summary>Appends markup.</summary>
    public HtmlText Raw(string markup)
    {
        text.Append(markup);
        return this;
    }

    /// <summary>Appends an element with escaped text in it.</summary>
    public HtmlText Element(string name, string text, string? style = null)
    {
        this.text.Append('<').Append(name);
        if (style is not null)
        {
            this.text.Append(" class=\"").Append(style).Append('"');
        }

        this.text.Append('>').Append(Escape(text)).Append("</").Append(name).Append('>');
        return this;
    }

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(text.ToString());
}

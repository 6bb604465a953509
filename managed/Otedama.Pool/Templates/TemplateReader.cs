using System.Text.Json;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Reads getblocktemplate answers (BIP 22, 23, 145) into checked templates. Transactions seen in the template before
/// are shared with it, so that a long row of templates costs little memory. Safe from any thread.
/// </summary>
public sealed class TemplateReader(Algorithm algorithm, IReadOnlyList<string> rules)
{
    private volatile Dictionary<Hash256, TemplateTransaction> _known = [];

    /// <summary>Throws TemplateException naming the first field that is wrong.</summary>
    public Template Read(ReadOnlySpan<byte> json, string source)
    {
        var fields = new TemplateFields(rules, _known);
        try
        {
            fields.Read(json);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new TemplateException($"{source}: template field {fields.Current} has the wrong type or is cut off");
        }
        catch (TemplateException e)
        {
            throw new TemplateException($"{source}: {e.Message}");
        }
        try
        {
            Template template = fields.ToTemplate(algorithm, source);
            _known = fields.Seen;
            return template;
        }
        catch (TemplateException e)
        {
            throw new TemplateException($"{source}: {e.Message}");
        }
    }
}

using System.Text.Json;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Reads getblocktemplate answers (BIP 22, 23, 145) into checked templates. Transactions seen in the template before
/// are shared with it, so that a long row of templates costs little memory. Safe from any thread.
/// </summary>
/// <param name="time">This machine's clock, which no block may be far ahead of.</param>
/// <param name="family">The coin's; null = what is usual for the algorithm.</param>
public sealed class TemplateReader(Algorithm algorithm, IReadOnlyList<string> rules, TimeProvider time, HeaderFamily? family = null)
{
    private volatile Dictionary<Hash256, TemplateTransaction> _known = [];

    /// <summary>Throws TemplateException naming the first field that is wrong.</summary>
    public Template Read(ReadOnlySpan<byte> json, string source)
    {
        TemplateFields fields = new(rules, _known);
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
            Template template = fields.ToTemplate(algorithm, family ?? AlgorithmFacts.Of(algorithm).Family, source);
            RefuseFuture(template);
            _known = fields.Seen;
            return template;
        }
        catch (TemplateException e)
        {
            throw new TemplateException($"{source}: {e.Message}");
        }
    }

    /// <summary>
    /// The chain's time may have run ahead, as after a clock that jumped: until this clock is within two hours of it every
    /// block would be refused, so that work on one would be for nothing.
    /// </summary>
    private void RefuseFuture(Template template)
    {
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        if (template.TimeMin > now + JobBuilder.TimeAheadMax)
        {
            throw new TemplateException(
                $"the smallest time of a block at height {template.Height} is {DateTimeOffset.FromUnixTimeSeconds(template.TimeMin):u}, more than "
                + $"two hours ahead of this machine's clock, {DateTimeOffset.FromUnixTimeSeconds(now):u}: the network would refuse it. "
                + "Correct the clock, or wait.");
        }
    }
}

using Microsoft.Extensions.Logging;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Reads every two seconds what the graphics cards of a rig tell of themselves, on a thread of its own: a driver that
/// hangs holds nobody else. What it told last counts for a while, then nothing is known.
/// </summary>
/// <param name="cards">Their ids, and their names for the log.</param>
/// <param name="read">Asks a card by its place among them; may hang, and may throw.</param>
internal sealed class CardWatch(
    IReadOnlyList<(string Id, string Name)> cards, Func<int, DeviceReadings> read, TimeProvider clock, ILogger log)
{
    /// <summary>Five looks in a row that brought nothing.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(10);

    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Card[] _cards = [.. cards.Select(card => new Card(card.Id, card.Name, clock.GetTimestamp()))];
    private bool _saidStale; // whoever calls SpeakOfSilence

    /// <summary>One look at every card; may hang with a driver, never throws. A thread of its own.</summary>
    public void Look()
    {
        for (int i = 0; i < _cards.Length; i++)
        {
            Look(_cards[i], i);
        }
    }

    /// <summary>What a card told last; nothing once that is too old. Any thread.</summary>
    public DeviceTelemetry Telemetry(int card)
    {
        Reading last = _cards[card].Last;
        return clock.GetElapsedTime(last.At) > StaleAfter ? new DeviceTelemetry { IsStale = true } : last.Told;
    }

    /// <summary>What is wrong with a card, in words; empty when nothing is known to be. Any thread.</summary>
    public string Trouble(int card) =>
        clock.GetElapsedTime(_cards[card].Last.At) > StaleAfter ? "" : _cards[card].Temper.Trouble;

    /// <summary>
    /// Says once that drivers have fallen silent, and once that they answer again. One thread at a time.
    /// </summary>
    public void SpeakOfSilence()
    {
        Card? silent = Array.Find(_cards, card => clock.GetElapsedTime(card.Last.At) > StaleAfter);
        if (silent is not null && !_saidStale)
        {
            RigLog.CardsSilent(log, silent.Id, silent.Name, StaleAfter.TotalSeconds);
        }
        else if (silent is null && _saidStale)
        {
            RigLog.CardsSpeak(log);
        }
        _saidStale = silent is not null;
    }

    private void Look(Card card, int index)
    {
        DeviceTelemetry told = default;
        try
        {
            told = DeviceTelemetry.Of(read(index));
        }
        catch (Exception)
        {
            // A card that cannot be asked hashes all the same.
        }
        card.Last = new Reading(told, clock.GetTimestamp());
        if (!card.Temper.Take(told))
        {
            return;
        }
        if (card.Temper.Trouble.Length > 0)
        {
            RigLog.CardTrouble(log, card.Id, card.Name, card.Temper.Trouble);
        }
        else
        {
            RigLog.CardWell(log, card.Id, card.Name);
        }
    }

    private sealed record Reading(DeviceTelemetry Told, long At);

    private sealed class Card(string id, string name, long now)
    {
        private volatile Reading _last = new(default, now);

        public string Id { get; } = id;

        public string Name { get; } = name;

        public CardTemper Temper { get; } = new();

        /// <summary>Written by the watch's thread, read by any.</summary>
        public Reading Last
        {
            get => _last;
            set => _last = value;
        }
    }
}

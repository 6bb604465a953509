using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.Addresses;

/// <summary>A network for a dialler: everybody answers after 100 ms, or times out after five seconds.</summary>
internal sealed class Lab(HeldClock time, Func<DialOrder, bool> answers) : IPeerDialer
{
    private int _underWay;

    public Dialler Dialler { get; set; } = null!;

    public List<DialOrder> Orders { get; } = [];

    public int MostUnderWay { get; private set; }

    public void Dial(DialOrder order)
    {
        Orders.Add(order);
        MostUnderWay = Math.Max(MostUnderWay, ++_underWay);
        bool isUp = answers(order);
        time.CreateTimer(_ =>
            Answer(order, isUp), null, TimeSpan.FromSeconds(isUp ? 0.1 : 5), Timeout.InfiniteTimeSpan);
    }

    private void Answer(DialOrder order, bool isUp)
    {
        _underWay--;
        if (isUp)
        {
            Dialler.Established(order.Number, order.NodeId ?? default(NodeId));
        }
        if (!isUp || order.Kind == OutboundKind.Feeler)
        {
            Dialler.Ended(order.Number);
        }
    }
}

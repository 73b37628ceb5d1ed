// The events of the peers that push: the benchmark's messages say how many, and how fast.
const STATUSES = ['QUEUED', 'RUNNING'];

/**
 * Publishes at each message `{ events, perSecond, topics }`, to one topic after the other; without a rate all at once. It
 * answers with the time of each event, in nanoseconds.
 */
export function createPublisher(emit) {
  let sequence = 0;
  const publish = ({ topics }, publishedAt) => {
    const at = sequence++;
    publishedAt.push(Number(process.hrtime.bigint()));
    const status = STATUSES[Math.floor(at / topics) % STATUSES.length];
    emit({ id: String(at), deploymentId: `dep-${at % topics}`, status, rawStatus: status });
  };
  process.on('message', (job) => {
    const publishedAt = [];
    const startMs = performance.now();
    const end = () => process.send(publishedAt);
    if (!job.perSecond) {
      while (publishedAt.length < job.events) publish(job, publishedAt);
      return end();
    }
    const timer = setInterval(() => {
      const due = Math.min(job.events, ((performance.now() - startMs) / 1_000) * job.perSecond);
      while (publishedAt.length < due) publish(job, publishedAt);
      if (publishedAt.length < job.events) return;
      clearInterval(timer);
      end();
    }, 2);
  });
}

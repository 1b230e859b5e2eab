/** The container image in which this lab itself runs in a cluster: what `Dockerfile` builds. */

/** Its command line is the lab's own: `args: [load-worker]`. */
export const LAB_IMAGE = 'hpa-lab/hpa-lab:0.1.0';
